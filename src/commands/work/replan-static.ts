/** A plan that a person changes without a model: the files of its tasks. */
import type { View } from '../../app/view.ts';
import { byAge } from '../../core/model/maps/open-tasks.ts';
import { isFinished, isUnbegun, PROPOSES, type Task, type TasksState } from '../../core/model/state/tasks.ts';
import { judgeChanges } from '../../core/plans/change.ts';
import { whyNoPlan } from '../../core/plans/check.ts';
import { likelyCost } from '../../core/plans/likely.ts';
import { whyNotReplanned } from '../../core/plans/meant.ts';
import { previewPlan } from '../../core/plans/preview.ts';
import { fileAuthor, judgeNew } from '../../core/tasks/edit.ts';
import { patchTask, splitTask, taskPath } from '../../core/tasks/file.ts';
import { copyWith, defined } from '../../schema/copy.ts';
import { failure } from '../../schema/fault.ts';
import type { Plan, PlanChange } from '../../schema/records/plan.ts';
import { exactText, replaceExact } from '../own-files.ts';
import type { World } from '../world.ts';
import { idsFor, type NewTaskFile, newFiles, writeNew } from './plan-static.ts';
import { costIn, editPlan, statedPlan } from './plan-text.ts';
import { taskIn } from './task-look.ts';

/** The task whose plan is meant: by its id or that of a part, by its goal, else the only one that is open. */
export function plannedTask(view: View, wanted: string | undefined): Task {
  const { tasks } = view.state;
  const isGoal = wanted !== undefined && !tasks.all.has(wanted) && isServed(view, wanted);
  if (wanted !== undefined && !isGoal) return openWhole(tasks, taskIn(view, wanted));
  const open = [...tasks.all.values()].filter((task) => hasPlan(tasks, task)).sort(byAge);
  const [only, ...more] = open.filter(({ goal }) => wanted === undefined || goal === wanted);
  const of = wanted === undefined ? '' : ` of the goal ${wanted}`;
  if (!only) throw failure('not-found', `No plan${of} is open.`, { remedy: remedyFor(view, wanted) });
  if (more.length === 0) return only;
  const names = [only, ...more].map(({ id, title }) => `${id} ${JSON.stringify(title)}`);
  throw failure('usage', `More than one plan${of} is open.`, { remedy: `Name its task: ${names.join(', ')}` });
}

/** A plan that waits, or that was approved, is no task yet. */
function remedyFor({ state }: View, goal: string | undefined): string {
  const held = [...state.approvals.pending.values()].find(({ tool }) => tool === PROPOSES);
  if (!held) return `Make one with lemming plan ${goal ?? 'GOAL'}`;
  return held.answer?.decision === 'approve'
    ? `The plan ${held.id} becomes tasks in the next turn: lemming run-once`
    : `A plan waits as ${held.id}: change it with lemming plan ${held.id} --edit`;
}

function isServed({ config, state }: View, goal: string): boolean {
  return config.goals.has(goal) || [...state.tasks.all.values()].some((task) => task.goal === goal);
}

/** The task of which it is a part, however far above. Throws `refused` when it has ended. */
function openWhole(tasks: TasksState, task: Task): Task {
  if (isFinished(task.status))
    throw failure('refused', `${task.id} is ${task.status}, so its plan cannot be changed.`, {
      remedy: 'Make a new plan with lemming plan GOAL',
    });
  const above = task.parent === null ? undefined : tasks.all.get(task.parent);
  return above && isOpen(above) ? openWhole(tasks, above) : task;
}

function isOpen({ status }: Task): boolean {
  return !isFinished(status);
}

/** Whether it is an open task with parts or needs, and no part or need of another one. */
function hasPlan(tasks: TasksState, task: Task): boolean {
  const isOpenTask = (id: string): boolean => isOpen(tasks.all.get(id) as Task);
  if (!isOpen(task) || (task.needs.length === 0 && !tasks.children.has(task.id))) return false;
  const isPart = task.parent !== null && tasks.all.has(task.parent) && isOpenTask(task.parent);
  return !isPart && ![...(tasks.dependants.get(task.id) ?? [])].some(isOpenTask);
}

/** Why no agent can be asked to change the plan of a task; null when its assignee can. */
export function whyNotAsked({ config, state }: View, { id, assignee }: Task): string | null {
  if (assignee === null || config.agents.get(assignee)?.person !== false) return `no agent works on ${id}`;
  return whyNotReplanned(state.tasks, id, assignee);
}

/** Opens the tasks that have not begun in the person's editor, and changes their files as they were saved. */
export async function editTasks(world: World, view: View, whole: Task) {
  const { state } = view;
  const change = unbegunIn(state.tasks, whole).map((task) => wholeTask(task, state.files.texts));
  const given: Plan = { goal: '', tasks: [], change, cancel: [] };
  const saved = await editPlan(world, given, (plan) => {
    const found = filesOf(view, whole, plan);
    return 'why' in found ? found.why : null;
  });
  const files = saved && (filesOf(view, whole, saved.plan) as PlanFiles);
  const plan: Plan = saved && files ? changing(saved.plan, files) : copyWith(given, { change: [] });
  const repaired = saved?.repaired ?? [];
  const shown = previewPlan({ plan, repaired }, view);
  if (files) write(view, files);
  const changed = plan.tasks.length + plan.change.length + plan.cancel.length;
  return {
    data: {
      goal: whole.title,
      source: 'default' as const,
      planner: null,
      state: changed > 0 ? ('created' as const) : ('shown' as const),
      id: null,
      plan: statedPlan(plan),
      cost: costIn(likelyCost(state.tasks, plan)),
      repaired,
      tasks: files ? [...files.created.keys()] : [],
      answer: null,
      spent: null,
    },
    text:
      changed > 0
        ? `${shown}\n\nThe files are written. This counts from the next turn on: lemming run --until-idle`
        : 'Nothing was changed.',
  };
}

/** Tasks that have not begun: the parts of a task and what it needs, all that those need, and itself. */
function unbegunIn({ all, children }: TasksState, whole: Task): Task[] {
  const found = new Set([whole.id]);
  for (const id of found)
    for (const next of [...(children.get(id) ?? []), ...(all.get(id)?.needs ?? [])]) found.add(next);
  return [...found]
    .flatMap((id) => all.get(id) ?? [])
    .filter(({ status }) => isUnbegun(status))
    .sort(byAge);
}

/** All that can be changed of a task. */
function wholeTask(task: Task, texts: ReadonlyMap<string, string>): PlanChange {
  const { id, title, assignee, capability, needs, priority, retries, deadline, budget, ensures } = task;
  const { body } = splitTask(texts.get(taskPath(id)) as string);
  const fields = defined({
    title,
    body: body.trim() || undefined,
    assignee: assignee ?? undefined,
    capability: capability ?? undefined,
    needs,
    priority: priority === 'normal' ? undefined : priority,
    retries: retries === 2 ? undefined : retries,
    deadline: deadline ?? undefined,
    budget: budget ?? undefined,
    ensures: ensures.length > 0 ? ensures : undefined,
  });
  return { id, ...fields };
}

/** Files that carry out a saved plan: new tasks by their ids, and tasks that are there in their new form. */
interface PlanFiles {
  created: ReadonlyMap<string, NewTaskFile>;
  changed: ReadonlyMap<string, { before: Task; after: Task; body?: string | undefined }>;
}

/** Judges a saved plan as the next freeze will judge its files. */
function filesOf(view: View, whole: Task, plan: Plan): PlanFiles | { why: string } {
  const { config, state } = view;
  const by = fileAuthor(config);
  const refused = whyNoPlan(config, state, plan, { by, parent: null });
  if (refused !== null) return { why: refused };
  const ids = plan.tasks.length > 0 ? idsFor(view, plan) : new Map<string, string>();
  const parent = state.tasks.children.has(whole.id) ? { parent: whole.id } : {};
  const goal = whole.goal === undefined ? {} : { goal: whole.goal };
  const created = newFiles(plan, ids, Object.assign(parent, goal));
  const all = new Map(state.tasks.all);
  for (const [id, { head }] of created) {
    const judged = judgeNew(config, state.tasks, { id, by, turn: state.clock.turn + 1, since: 0 }, head);
    if ('why' in judged) return { why: `${id}: ${judged.why}` };
    all.set(id, judged.task);
  }
  const found = judgeChanges(config, plan, {
    tasks: copyWith(state.tasks, { all }),
    texts: state.files.texts,
    parts: null,
    by,
    idOf: (need) => ids.get(need) ?? need,
  });
  if ('why' in found) return found;
  const cancelled = found.cancelled.map((before) => ({
    before,
    after: copyWith(before, { status: 'cancelled' as const }),
  }));
  const changed = [...found.changes, ...cancelled].map((one) => [one.before.id, one] as const);
  return { created, changed: new Map(changed) };
}

/** The plan without changes that change nothing. */
function changing(plan: Plan, { changed }: PlanFiles): Plan {
  return copyWith(plan, { change: plan.change.filter(({ id }) => changed.has(id)) });
}

function write({ disk, mask }: View, { created, changed }: PlanFiles): void {
  writeNew({ disk, mask }, created);
  for (const [id, { before, after, body }] of changed) {
    const path = taskPath(id);
    const text = exactText(disk, path) as string;
    replaceExact(disk, path, text, mask(patchTask(text, after, before, [], body)));
  }
}
