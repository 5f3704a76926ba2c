/** Says for what a plan is: a goal, or a task. */
import { isFinished, isUnbegun, plansAsked, type Task, type TasksState } from '../model/state/tasks.ts';
import type { ActContext } from '../model/tool.ts';
import { wishMet } from './asked.ts';

/** For what a plan is: the task of which its tasks become parts, none for a new one; and the goal that they serve. */
interface Meant {
  whole: Task | undefined;
  goal: string | null;
}

/** What the plan is for: what the mail asked for, else the task of the visit, or the one that waits for the approval. */
export function meantBy({
  state,
  agent,
  turn,
  task,
  given,
  approved,
}: Pick<ActContext, 'state' | 'agent' | 'turn' | 'task' | 'given' | 'approved'>): Meant | { why: string } {
  const { tasks } = state;
  const wishes = approved ? (tasks.planning.get(agent) ?? []) : plansAsked(tasks, agent, turn);
  const own = approved ? taskWaiting(tasks, agent, approved.id) : task;
  const wish = wishMet(wishes, given) ?? (own ? undefined : wishes.at(-1));
  if (!wish) return { whole: own, goal: null };
  if (wish.task === undefined) return { whole: undefined, goal: wish.goal };
  const why = whyNotReplanned(tasks, wish.task, agent);
  return why === null ? { whole: tasks.all.get(wish.task), goal: null } : { why };
}

/** Why the plan of a task cannot be changed by an agent; null when it can. */
export function whyNotReplanned({ all }: TasksState, id: string, agent: string): string | null {
  const task = all.get(id);
  if (task?.assignee !== agent) return `${id} is no open task of ${agent}`;
  if (isFinished(task.status)) return `${id} is ${task.status} already`;
  return isUnbegun(task.status) ? `${id} has not begun: it has no plan yet` : null;
}

/** The open task of an agent that waits for the answer to a held act. */
function taskWaiting({ all, assigned }: TasksState, agent: string, id: string): Task | undefined {
  return [...(assigned.get(agent) ?? [])].map((one) => all.get(one) as Task).find(({ waits }) => waits.includes(id));
}
