/** Stages a plan: its tasks become parts of the task for which it was made. */
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import type { PlannedChange, PlannedTask } from '../../schema/records/plan.ts';
import type { TaskFields } from '../../schema/records/task.ts';
import { isFinished, isUnbegun, statusOf, type Task, type TasksState } from '../model/state/tasks.ts';
import type { ActContext, Staged, TaskAct } from '../model/tool.ts';
import { grants } from '../rights/permit.ts';
import { skillsOf } from '../skills/skill.ts';
import { isAble, mayGive } from '../tasks/assign.ts';
import { judgeEdit } from '../tasks/edit.ts';
import { splitTask, TASK_FIELDS, taskPath } from '../tasks/file.ts';
import { idOf, stageNewTask, tasksWith } from '../tasks/stage.ts';
import { nearestTo } from '../text/nearest.ts';
import { likelyCost } from './likely.ts';
import { type CheckedPlan, checkPlan, PROPOSES } from './plan.ts';
import type { ReadPlan } from './read.ts';
import { planText } from './show.ts';

/** What the keys of tasks that want a plan begin with. */
export const PLAN_KEY = 'plan/';

/** Whether a task wants a plan. */
export function wantsPlan({ key }: Pick<Task, 'key'>): boolean {
  return key?.startsWith(PLAN_KEY) === true;
}

/** Whether an agent may propose a plan for a task of its own: where one is wanted, or where its resume lists the tool. */
export function mayPlan(resume: Resume, task: Pick<Task, 'key'>): boolean {
  return wantsPlan(task) || grants(resume, PROPOSES) !== null;
}

function refusal(text: string): Extract<Staged, { ok: false }> {
  return { ok: false, rule: 'plan', text };
}

/** The task of the visit; once a person has approved the plan, the one that waits for that. */
function rootOf({ state, agent, resume, task, draft }: ActContext): Task | null {
  const waits = ({ assignee, waits: all }: Task): boolean => assignee === agent && all.includes(draft.doing as string);
  const root = task ?? [...state.tasks.all.values()].find(waits);
  return root && mayPlan(resume, root) ? root : null;
}

/**
 * Creates the tasks of a plan, and changes and cancels those of an earlier one that have not begun. The task that wants it waits for
 * its parts.
 */
export function stagePlan({ plan: { tasks, cancel, change } }: ReadPlan, scene: ActContext): Staged {
  const { state, draft } = scene;
  const root = rootOf(scene);
  if (!root) return refusal('You work on no task that wants a plan: use create_task.');
  if (isFinished(root.status)) return refusal(`${root.id} is ${root.status} already.`);
  const checked = checkPlan(tasks, (id) => statusOf(state.tasks, id) !== null);
  if ('why' in checked) return refusal(checked.why);
  const why = unfitIn(scene, root, [...checked.tasks, ...change.map((one) => copyWith({ name: one.id }, one))]);
  if (why !== null) return refusal(why);
  const dropped = cancelled(scene, root, cancel);
  if ('why' in dropped) return refusal(dropped.why);
  const names = new Set(tasks.map(({ name }) => name));
  const keyOf = (need: string): string => (names.has(need) ? `${root.id}/${need}` : need);
  const before = draft.tasks.length;
  const goal = root.goal === undefined ? {} : { goal: root.goal };
  for (const { name, needs, ...wish } of checked.tasks) {
    const own = { key: keyOf(name), parent: root.id, needs: needs.map(keyOf) };
    const staged = stageNewTask(copyWith(copyWith(wish, own), goal), scene);
    if (!staged.ok) return refusal(`${name}: ${staged.text}`);
  }
  const made = draft.tasks.slice(before).map((act) => (act as Extract<TaskAct, { task: Task }>).task.id);
  const changed = changes(scene, root, change, keyOf);
  if ('why' in changed) return refusal(changed.why);
  draft.tasks.push(...changed.acts, ...dropped.acts);
  const text = [
    made.length ? `Created ${made.join(', ')}.` : '',
    change.length ? `Changed ${change.map(({ id }) => id).join(', ')}.` : '',
    cancel.length ? `Cancelled ${cancel.join(', ')}.` : '',
    `You get the results of all parts of ${root.id} when they have ended.`,
  ];
  draft.tasks.push({ id: root.id, fields: {}, what: text.slice(0, -1).filter(Boolean).join(' ') });
  return { ok: true, text: text.filter(Boolean).join(' ') };
}

/** What is judged of new and of changed tasks alike. */
type Wanted = Partial<Pick<PlannedTask, 'assignee' | 'capability' | 'needs'>> & { name: string };

/** Why a task of a plan would never be done, beyond what is judged of each task: nobody can do it, or it waits for what waits for it. */
function unfitIn({ config, state, agent }: ActContext, root: Task, tasks: readonly Wanted[]): string | null {
  const above = new Set<string>();
  for (let id: string | null = root.id; id !== null && !above.has(id); id = state.tasks.all.get(id)?.parent ?? null)
    above.add(id);
  for (const { name, assignee, capability, needs = [] } of tasks) {
    const whole = needs.find((need) => above.has(need));
    if (whole !== undefined) return `${name} cannot need ${whole}, of which it is a part.`;
    if (capability === undefined || assignee !== undefined) continue;
    if (config.order.some((one) => isAble(config, one, capability) && mayGive(config, agent, one))) continue;
    const all = [...config.agents.values()].flatMap((resume) => [
      ...resume.capabilities,
      ...skillsOf(config.skills, resume).keys(),
    ]);
    const { nearest } = nearestTo(capability, all);
    return `${name}: nobody to whom you may write has the capability ${JSON.stringify(capability)}${nearest === undefined ? '.' : `: did you mean ${nearest}?`}`;
  }
  return null;
}

/** A part of the task for which the plan is, that has not begun; or why it cannot be touched. */
function unbegunPart({ state }: ActContext, root: Task, id: string, what: string): Task | { why: string } {
  const task = state.tasks.all.get(id);
  if (task?.parent !== root.id) return { why: `${JSON.stringify(id)} is no part of ${root.id}.` };
  return isUnbegun(task.status) ? task : { why: `${id} is ${task.status}: only what has not begun can be ${what}.` };
}

function cancelled(scene: ActContext, root: Task, ids: readonly string[]): { acts: TaskAct[] } | { why: string } {
  const acts: TaskAct[] = [];
  for (const id of ids) {
    const task = unbegunPart(scene, root, id, 'cancelled');
    if ('why' in task) return task;
    const reason = 'the plan no longer needs it';
    acts.push({ id, fields: { status: 'cancelled', reason }, what: `cancelled: ${reason}` });
  }
  return { acts };
}

/** Judges the changes as edits of the files would be. Their needs may name tasks of this plan. */
function changes(
  scene: ActContext,
  root: Task,
  wanted: readonly PlannedChange[],
  keyOf: (need: string) => string,
): { acts: TaskAct[] } | { why: string } {
  const { config, state, agent, draft } = scene;
  const acts: TaskAct[] = [];
  let tasks = tasksWith(state.tasks, draft.tasks);
  for (const { id, body, needs, ...more } of wanted) {
    const task = unbegunPart(scene, root, id, 'changed');
    if ('why' in task) return task;
    const ids = needs?.map((need) => idOf(tasks, draft, keyOf(need)) ?? need);
    const unknown = ids?.find((need) => statusOf(tasks, need) === null);
    if (unknown !== undefined)
      return { why: `${id} needs ${JSON.stringify(unknown)}, which is neither in the plan nor a task.` };
    const fields = Object.fromEntries(TASK_FIELDS.map((field) => [field, task[field]])) as TaskFields;
    Object.assign(fields, more, ids && { needs: [...new Set(ids)] });
    const judged = judgeEdit(config, tasks, task, [], { by: agent, fields, history: [] });
    if ('why' in judged) return { why: `${id}: ${judged.why}` };
    const { status } = judged.task;
    const names = [...judged.changed, ...(body === undefined ? [] : ['body'])];
    const set = Object.fromEntries(judged.changed.map((field) => [field, judged.task[field]]));
    acts.push({ id, fields: copyWith(set, { status }), what: `the plan changed ${names.join(', ')}`, body });
    tasks = withTask(tasks, judged.task);
  }
  return { acts };
}

function withTask(tasks: TasksState, task: Task): TasksState {
  return copyWith(tasks, { all: new Map(tasks.all).set(task.id, task) });
}

/** What a person is shown of a plan that could be carried out. */
export function previewPlan({ plan, repairs }: ReadPlan, { state }: Pick<ActContext, 'state'>): string {
  const isTask = (id: string): boolean => statusOf(state.tasks, id) !== null;
  const checked = checkPlan(plan.tasks, isTask) as Exclude<CheckedPlan, { why: string }>;
  return planText(copyWith(plan, { tasks: checked.tasks }), {
    repairs: [...repairs, ...checked.repairs],
    cost: likelyCost(state.tasks, checked.tasks),
    taskOf(id) {
      const task = state.tasks.all.get(id);
      return task && { task, body: splitTask(state.files.texts.get(taskPath(id)) ?? '').body };
    },
  });
}

/** What a task says that wants a plan. */
export function planBody(goal: string): string {
  return `Make a plan for this goal, and propose it with propose_plan. A person decides about it; then its tasks are done, and you get their results. When all have ended, check the whole against the goal, and complete this task with the result.

The goal:

${goal}`;
}
