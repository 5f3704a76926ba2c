/** Stages a plan: its tasks become parts of the task for which it was made. */
import { isFinished, isUnbegun, statusOf, type Task } from '../model/state/tasks.ts';
import type { ActContext, Staged, TaskAct } from '../model/tool.ts';
import { stageNewTask } from '../tasks/stage.ts';
import { type CheckedPlan, checkPlan, type PlannedTask, planText } from './plan.ts';

/** What the keys of tasks that want a plan begin with. */
export const PLAN_KEY = 'plan/';

/** Whether a task wants a plan. */
export function wantsPlan({ key }: Pick<Task, 'key'>): boolean {
  return key?.startsWith(PLAN_KEY) === true;
}

/** A plan as an agent proposes it. `cancel`: ids of tasks of an earlier plan that it no longer needs. */
export interface ProposedPlan {
  tasks: PlannedTask[];
  cancel: string[];
}

function refusal(text: string): Staged {
  return { ok: false, rule: 'plan', text };
}

/** The task of the visit; once a person has approved the plan, the one that waits for that. */
function rootOf({ state, agent, task, draft }: ActContext): Task | null {
  const waits = ({ assignee, waits: all }: Task): boolean => assignee === agent && all.includes(draft.doing as string);
  const root = task ?? [...state.tasks.all.values()].find(waits);
  return root && wantsPlan(root) ? root : null;
}

/** Creates the tasks of a plan, and cancels those that it no longer needs. The task that wants it waits for its parts. */
export function stagePlan({ tasks, cancel }: ProposedPlan, scene: ActContext): Staged {
  const { state, draft } = scene;
  const root = rootOf(scene);
  if (!root) return refusal('You work on no task that wants a plan: use create_task.');
  if (isFinished(root.status)) return refusal(`${root.id} is ${root.status} already.`);
  const checked = checkPlan(tasks, (id) => statusOf(state.tasks, id) !== null);
  if ('why' in checked) return refusal(checked.why);
  const dropped = cancelled(scene, root, cancel);
  if ('why' in dropped) return refusal(dropped.why);
  const names = new Set(tasks.map(({ name }) => name));
  const keyOf = (name: string): string => `${root.id}/${name}`;
  const before = draft.tasks.length;
  for (const { name, title, body, assignee, capability, needs } of checked.tasks) {
    const idsOf = needs.map((need) => (names.has(need) ? keyOf(need) : need));
    const staged = stageNewTask(
      { title, body, assignee, capability: capability ?? null, needs: idsOf, key: keyOf(name), parent: root.id },
      scene,
    );
    if (!staged.ok) return refusal(`${name}: ${staged.text}`);
  }
  const made = draft.tasks.slice(before).map((act) => (act as Extract<TaskAct, { task: Task }>).task.id);
  draft.tasks.push(...dropped.acts);
  const text = [
    made.length ? `Created ${made.join(', ')}.` : '',
    cancel.length ? `Cancelled ${cancel.join(', ')}.` : '',
    `You get the results of all parts of ${root.id} when they have ended.`,
  ];
  draft.tasks.push({ id: root.id, fields: {}, what: text.slice(0, 2).filter(Boolean).join(' ') });
  return { ok: true, text: text.filter(Boolean).join(' ') };
}

function cancelled({ state }: ActContext, root: Task, ids: readonly string[]): { acts: TaskAct[] } | { why: string } {
  const acts: TaskAct[] = [];
  for (const id of ids) {
    const task = state.tasks.all.get(id);
    if (task?.parent !== root.id) return { why: `${JSON.stringify(id)} is no part of ${root.id}.` };
    if (!isUnbegun(task.status)) return { why: `${id} is ${task.status}: only what has not begun can be cancelled.` };
    const reason = 'the plan no longer needs it';
    acts.push({ id, fields: { status: 'cancelled', reason }, what: `cancelled: ${reason}` });
  }
  return { acts };
}

/** What a person is shown of a plan that could be carried out. */
export function previewPlan({ tasks, cancel }: ProposedPlan, { state }: ActContext): string {
  const checked = checkPlan(tasks, (id) => statusOf(state.tasks, id) !== null) as Exclude<CheckedPlan, { why: string }>;
  return planText(checked.tasks, checked.repairs, cancel);
}

/** What a task says that wants a plan. */
export function planBody(goal: string): string {
  return `Make a plan for this goal, and propose it with propose_plan. A person decides about it; then its tasks are done, and you get their results. When all have ended, check the whole against the goal, and complete this task with the result.

The goal:

${goal}`;
}
