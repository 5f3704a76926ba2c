/** The steps that a task may take from one status to another, and what follows from them. */
import type { TaskStatus } from '../../schema/records/task.ts';
import { isUnbegun, statusOf, type Task, type TasksState } from '../model/state/tasks.ts';
import { dependantsOf } from './ready.ts';

/** From each status, those to which a task may go. The same table holds for agents, commands and edits by hand. */
const STEPS: Record<TaskStatus, readonly TaskStatus[]> = {
  pending: ['assigned', 'running', 'failed', 'skipped', 'cancelled'],
  assigned: ['pending', 'running', 'failed', 'skipped', 'cancelled'],
  running: ['pending', 'assigned', 'blocked', 'completed', 'failed', 'cancelled'],
  blocked: ['pending', 'assigned', 'running', 'completed', 'failed', 'cancelled'],
  completed: [],
  failed: ['pending'],
  skipped: ['pending'],
  cancelled: [],
};

/** Why a task may not go from one status to another; null when it may. */
export function whyNoStep(from: TaskStatus, to: TaskStatus): string | null {
  if (from === to || STEPS[from].includes(to)) return null;
  if (STEPS[from].length === 0) return `it is ${from}, and that is final: create a new task`;
  if (from === 'failed' || from === 'skipped')
    return `it ${from === 'failed' ? 'has failed' : 'was skipped'}: retry it, which makes it pending`;
  if (to === 'completed') return `it is ${from}: start it before it is completed`;
  return `it is ${from}, and cannot become ${to}`;
}

/** Longest back-off after a failed attempt, in turns. */
export const LONGEST = 32;

/** Turns to wait after so many failed attempts: 1, 2, 4 … 32. */
export function backOff(attempts: number): number {
  return Math.min(2 ** Math.max(0, attempts - 1), LONGEST);
}

const UPSTREAM = 'upstream:';

/** The reason of a task that is skipped because one that it needs has failed. */
export function upstream(id: string): string {
  return `${UPSTREAM}${id}`;
}

/** Tasks that can no longer begin because one has failed, was skipped or cancelled: all that need it and have not begun. */
export function skippedBy(state: TasksState, id: string): Task[] {
  return spread(state, id, (task, skipped) => isUnbegun(task.status) && needsOneOf(task, skipped));
}

function needsOneOf({ needs, waived }: Task, ended: ReadonlySet<string>): boolean {
  return needs.some((need) => ended.has(need) && !waived.includes(need));
}

/** Tasks that were skipped because of one that is tried again, and that no other failure keeps from beginning. */
export function revivedWith(state: TasksState, id: string): Task[] {
  const isLost = ({ needs, waived }: Task, revived: ReadonlySet<string>): boolean =>
    needs.some((need) => !revived.has(need) && !waived.includes(need) && isEnded(statusOf(state, need)));
  return spread(
    state,
    id,
    (task, revived) => task.status === 'skipped' && task.reason === upstream(id) && !isLost(task, revived),
  );
}

/**
 * The tasks that something reaches, from one to those that need it, and so on; nearest first. A task that one of its needs does not
 * reach is looked at again when another of them is reached.
 */
function spread(
  state: TasksState,
  id: string,
  isReached: (task: Task, reached: ReadonlySet<string>) => boolean,
): Task[] {
  const reached = new Set([id]);
  for (const one of reached)
    for (const next of state.dependants.get(one) ?? []) {
      if (!reached.has(next) && isReached(state.all.get(next) as Task, reached)) reached.add(next);
    }
  return dependantsOf(state, id).flatMap((one) => (reached.has(one) ? (state.all.get(one) as Task) : []));
}

/** What keeps a task that has not begun from beginning: a need that will never be completed, or what that was skipped for. */
export function lostWith(state: TasksState, { status, needs, waived }: Task): string | null {
  if (!isUnbegun(status)) return null;
  const need = needs.find((one) => !waived.includes(one) && isEnded(statusOf(state, one)));
  if (need === undefined) return null;
  const reason = state.all.get(need)?.reason ?? '';
  return reason.startsWith(UPSTREAM) ? reason.slice(UPSTREAM.length) : need;
}

/** Whether no task that needs it can begin any more. */
export function isEnded(status: TaskStatus | null): boolean {
  return status === 'failed' || status === 'skipped' || status === 'cancelled';
}
