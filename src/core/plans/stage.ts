/** Stages a plan: all its tasks at once, and what it changes of those that are there, when a person has approved it. */
import { copyWith } from '../../schema/copy.ts';
import { cut } from '../../schema/print.ts';
import type { Plan } from '../../schema/records/plan.ts';
import { isPersonIn } from '../model/config.ts';
import { isFinished, PROPOSES, plansAsked, statusOf, type Task } from '../model/state/tasks.ts';
import { type ActContext, copyDraft, type Staged, type TaskAct } from '../model/tool.ts';
import { grants } from '../rights/permit.ts';
import { tainting } from '../rights/taint.ts';
import { mayGive } from '../tasks/assign.ts';
import { newTask, tasksWith } from '../tasks/stage.ts';
import { whyNoTask } from '../tasks/valid.ts';
import { type ChangedTask, judgeChanges } from './change.ts';
import { whyNoPlan } from './check.ts';
import { meantBy } from './meant.ts';
import { inOrder, type ReadPlan } from './plan.ts';

/** What a plan is judged against. */
export type PlanContext = Omit<ActContext, 'attach' | 'stands'>;

/** Makes the tasks of a plan, parts of the task for which it was proposed or of a new one for its goal; and changes those that are there. */
export function stagePlan({ plan }: ReadPlan, scene: PlanContext): Staged {
  const draft = copyDraft(scene.draft);
  const staged = stageAll(plan, copyWith(scene, { draft }));
  // All of it, or nothing.
  if (staged.ok) Object.assign(scene.draft, { tasks: draft.tasks, nextTask: draft.nextTask });
  return staged;
}

function stageAll(plan: Plan, scene: PlanContext): Staged {
  const { config, state, agent, turn, resume, draft, approved } = scene;
  if (!approved && grants(resume, PROPOSES) === null && plansAsked(state.tasks, agent, turn).length === 0)
    return refusal('Nobody has asked you for a plan.');
  const meant = meantBy(scene);
  if ('why' in meant) return unfit(meant.why);
  const { whole: own } = meant;
  if (!own && plan.change.length + plan.cancel.length > 0)
    return refusal('You were asked for a new plan: there is none that you could change. Leave out change and cancel.');
  const why = whyNoPlan(config, state, plan, { by: agent, parent: own?.id ?? null });
  if (why !== null) return unfit(why);
  const goal = own?.goal ?? meant.goal;
  const whole = own ?? goalTask(plan.goal, scene, goal);
  if (!own) {
    draft.tasks.push({ task: whole, body: `${plan.goal}\n\n${PARTS}`.trim() });
    draft.nextTask++;
  }
  const ids = new Map<string, string>();
  const clash = makeParts(plan, scene, { parent: whole.id, goal }, ids);
  if (clash !== null) return refusal(clash);
  const judged = judgeChanges(config, plan, {
    tasks: tasksWith(state.tasks, draft.tasks),
    texts: state.files.texts,
    parts: { of: whole.id, by: agent },
    by: agent,
    idOf: (need) => ids.get(need) ?? need,
  });
  if ('why' in judged) return unfit(judged.why);
  const { changes, cancelled } = judged;
  const what = whatIsDone(ids, judged);
  if (what === '') return refusal('The plan changes nothing. Say what is to be otherwise.');
  draft.tasks.push(...changes.map((one) => changeAct(one, scene)), ...cancelled.map(cancelAct));
  const made = [...ids.values()];
  if (own) draft.tasks.push(waitAct(own, made, cancelled, scene, `the plan ${what}`));
  else whole.waits = made;
  const then = own
    ? `${whole.id} comes to you when its parts have ended.`
    : `They are parts of ${whole.id}, which comes to you when they have ended.`;
  return { ok: true, text: `${what.charAt(0).toUpperCase()}${what.slice(1)}. ${then}` };
}

/** Stages the new tasks of a plan, and notes their ids. Returns why one cannot be made. */
function makeParts(
  { tasks }: Plan,
  scene: PlanContext,
  whole: { parent: string; goal: string | null },
  ids: Map<string, string>,
): string | null {
  const { config, state, agent, turn, draft, approved } = scene;
  for (const { id, body, needs, ...wish } of inOrder(tasks)) {
    const key = `${approved?.id ?? `${turn}-${agent}`}/${id}`;
    const after = needs.map((need) => ids.get(need) ?? need);
    const task = newTask(copyWith(copyWith(wish, whole), { body, needs: after, key }), scene, after);
    const clash = whyNoTask(config, tasksWith(state.tasks, draft.tasks), null, task, agent);
    if (clash !== null) return `${id}: ${clash}`;
    draft.tasks.push({ task, body });
    draft.nextTask++;
    ids.set(id, task.id);
  }
  return null;
}

/** `created T-2-boss-2 (facts); cancelled T-1-boss-3`; nothing when nothing changes. */
function whatIsDone(
  ids: ReadonlyMap<string, string>,
  { changes, cancelled }: { changes: readonly ChangedTask[]; cancelled: readonly Task[] },
): string {
  const done = {
    created: [...ids].map(([id, task]) => `${task} (${id})`),
    changed: changes.map(({ after }) => after.id),
    cancelled: cancelled.map(({ id }) => id),
  };
  return Object.entries(done)
    .flatMap(([verb, names]) => (names.length > 0 ? `${verb} ${names.join(', ')}` : []))
    .join('; ');
}

const PARTS =
  'Its parts are the tasks of a plan, and they have ended. Say what came of the goal, and where the result is.';

function refusal(text: string): Extract<Staged, { ok: false }> {
  return { ok: false, rule: 'plan', text };
}

function unfit(why: string): Staged {
  return refusal(`The plan cannot be carried out: ${why}. Correct it and propose it again.`);
}

function changeAct({ before, after, fields, body }: ChangedTask, scene: PlanContext): TaskAct {
  const set = Object.fromEntries(fields.flatMap(({ field, to }) => (field === 'body' ? [] : [[field, to]])));
  const isTainted = tainting(scene) !== undefined;
  return {
    id: before.id,
    fields: copyWith(set as Partial<Task>, { status: after.status, ...(isTainted && { tainted: true as const }) }),
    what: `the plan changed ${fields.map(({ field }) => field).join(', ')}`,
    body,
    isPlanned: true,
  };
}

function cancelAct({ id }: Task): TaskAct {
  const reason = 'the plan no longer needs it';
  return { id, fields: { status: 'cancelled', reason }, what: `cancelled: ${reason}`, isPlanned: true };
}

/** The whole waits for its new parts, and for what it waited for before. */
function waitAct(
  { id, waits }: Task,
  made: readonly string[],
  cancelled: readonly Task[],
  { state, approved }: PlanContext,
  what: string,
): TaskAct {
  const isOver = (one: string): boolean => {
    const status = statusOf(state.tasks, one);
    return one === approved?.id || (status !== null && isFinished(status)) || cancelled.some((task) => task.id === one);
  };
  const left = [...waits.filter((one) => !isOver(one)), ...made];
  return { id, fields: { status: left.length > 0 ? 'blocked' : 'running', waits: left }, what, isPlanned: true };
}

/** A task of whoever plans, which goes on when all others have ended. Its result goes to the person who asked. */
function goalTask(text: string, scene: PlanContext, goal: string | null): Task {
  const { agent, config, given } = scene;
  const title = cut((text || given.at(-1)?.subject || 'A plan').replace(/\s+/g, ' ').trim(), TITLE);
  const task = newTask({ title, body: '', needs: [], assignee: agent, goal }, scene, []);
  const asked = given.findLast(({ from }) => isPersonIn(config, from) && mayGive(config, from, agent));
  const of = asked ? { by: asked.from, mail: asked.id } : { by: agent };
  return copyWith(copyWith(task, of), { status: 'blocked' as const });
}
const TITLE = 200;
