/** Chooses the task on which an agent works next. */
import type { TaskStatus } from '../../schema/records/task.ts';
import { byAge } from '../model/maps/open-tasks.ts';
import { readableBy } from '../model/state/mail.ts';
import { isFinished, isUnbegun, statusOf, type Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { budgetWait } from '../money/work-budget.ts';
import { taskPath } from './file.ts';
import { isReady, rankOf } from './ready.ts';

/** Above every rank of a task that is ready. */
const RUNNING = 10;
const WOKEN = 11;

/**
 * The task of an agent's next visit: one whose wait is over, else one that is running, else the first that is ready, by priority
 * and age. Null when there is none. `turn`: infinite to count those that are tried again later. Pure.
 */
export function workFor(state: State, agent: string, turn: number): Task | null {
  if (!state.tasks.assigned.has(agent)) return null;
  const open = state.tasks.open.of(state.tasks);
  let best: { task: Task; order: number } | null = null;
  const isFit = ({ id }: { id: string }): boolean => {
    const task = state.tasks.all.get(id) as Task;
    const order = orderOf(state, task, agent, turn);
    if (order === null) return false;
    if (!best || order > best.order || (order === best.order && byAge(task, best.task) < 0)) best = { task, order };
    return true;
  };
  for (const one of open.begun.of(agent)) isFit(one);
  const ready = turn === Infinity ? open.free(agent) : open.readyIn(agent, turn);
  for (const one of ready) if (isFit(one)) break;
  for (const one of open.inheriting.of(agent)) isFit(one);
  return (best as { task: Task } | null)?.task ?? null;
}

/** Null for a task on which the agent cannot work now. */
function orderOf(state: State, task: Task, agent: string, turn: number): number | null {
  if (isUnbegun(task.status))
    return isReady(state, task, turn) && !isChanging(state, task) ? rankOf(state.tasks, task) : null;
  if (budgetWait(state, task) !== null) return null;
  if (task.status === 'running') return RUNNING;
  return isWoken(state, task, agent, turn) ? WOKEN : null;
}

/** Whether this turn does an act that a person approved and that changes the task: work on it would begin with what is to change. */
function isChanging({ approvals }: State, { id }: Task): boolean {
  for (const { answer, covers } of approvals.pending.values())
    if (answer?.decision === 'approve' && covers?.[taskPath(id)] !== undefined) return true;
  return false;
}

/** Whether somebody for whom it waits has written, a held act is answered, or all its parts have ended. */
function isWoken({ mail, approvals, tasks }: State, { waits }: Task, agent: string, turn: number): boolean {
  const answered = approvals.answers.get(agent) ?? [];
  if (answered.some(({ id }) => waits.includes(id))) return true;
  const parts = waits.filter((id) => statusOf(tasks, id) !== null);
  if (parts.length > 0 && parts.every((id) => isFinished(statusOf(tasks, id) as TaskStatus))) return true;
  return (
    mail.inbox.has(agent) &&
    readableBy(mail, agent, turn).some(({ kind, from }) => kind !== 'notice' && waits.includes(from))
  );
}
