/** The steps that a task may take from one status to another, and what follows from them. */
import type { TaskStatus } from '../../schema/records/task.ts';
import { isUnbegun, statusOf, type Task, type TasksState } from '../model/state/tasks.ts';

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

/** How the reason begins of a task that is skipped because one that it needs has failed. */
const UPSTREAM = 'upstream:';

export function upstream(id: string): string {
  return `${UPSTREAM}${id}`;
}

/** Tasks that can no longer begin because one has failed, was skipped or cancelled: all that need it and have not begun. */
export function skippedBy(state: TasksState, id: string): Task[] {
  return spread(state, id, (task) => isUnbegun(task.status));
}

/** Tasks that were skipped because of others, and that can begin again when one is tried again: no other failure keeps them. */
export function revivedWith(state: TasksState, id: string): Task[] {
  return spread(state, id, (task, revived) => {
    const isLost = ({ needs, waived }: Task): boolean =>
      needs.some((need) => !revived.has(need) && !waived.includes(need) && isEnded(statusOf(state, need)));
    return task.status === 'skipped' && task.reason?.startsWith(UPSTREAM) === true && !isLost(task);
  });
}

/**
 * What a change of one task does to those that need it, and from each to those that need that one, nearest first. One is looked at
 * again for each of its needs that changes: whether it follows may depend on all of them. `follows`: `changed` are those that do.
 */
function spread(state: TasksState, id: string, follows: (task: Task, changed: ReadonlySet<string>) => boolean): Task[] {
  const changed = new Set([id]);
  const found: Task[] = [];
  for (const one of changed)
    for (const next of state.dependants.get(one) ?? []) {
      const task = state.all.get(next);
      if (!task || changed.has(next) || task.waived.includes(one) || !follows(task, changed)) continue;
      changed.add(next);
      found.push(task);
    }
  return found;
}

/** Whether no task that needs it can begin any more. */
export function isEnded(status: TaskStatus | null): boolean {
  return status === 'failed' || status === 'skipped' || status === 'cancelled';
}
