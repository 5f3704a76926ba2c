/** Says whether a task can begin, and if not, why not. */
import { RANKS } from '../model/maps/open-tasks.ts';
import { isUnbegun, statusOf, type Task, type TasksState } from '../model/state/tasks.ts';
import { budgetWait, budgetWaitText, type CostState } from '../money/work-budget.ts';

/** A need that is not satisfied, and how it stands; null for a task that does not exist. */
export interface OpenNeed {
  id: string;
  status: ReturnType<typeof statusOf>;
}

/** Needs that are neither completed nor waived. */
export function openNeeds(state: TasksState, task: Pick<Task, 'needs' | 'waived'>): OpenNeed[] {
  return task.needs.flatMap((id) => {
    const status = statusOf(state, id);
    return status === 'completed' || task.waived.includes(id) ? [] : [{ id, status }];
  });
}

/**
 * Why a task cannot begin in a turn; none when it is ready. This is the one meaning of ready: schedule, commands, prompts and
 * screens ask here. `requires` are judged when it starts, because only a use of a tool can tell whether they hold.
 */
export function whyNotReady(state: CostState, task: Task, turn: number): string[] {
  if (!isUnbegun(task.status)) return [`it is ${task.status}`];
  const needs = openNeeds(state.tasks, task).map(({ id, status }) =>
    status === null ? `it needs ${id}, which does not exist` : `it needs ${id}, which is ${status}`,
  );
  const waits =
    task.next_attempt !== null && task.next_attempt > turn ? [`it is tried again in turn ${task.next_attempt}`] : [];
  const short = budgetWait(state, task);
  return [...needs, ...waits, ...(short ? [budgetWaitText(task.need as number, short)] : [])];
}

/** Whether the work can begin in that turn. */
export function isReady(state: CostState, task: Task, turn: number): boolean {
  return whyNotReady(state, task, turn).length === 0;
}

/**
 * The priority that counts: its own, or, where it inherits, the highest of all tasks that wait for it. 0 for low to 3 for
 * urgent.
 */
export function rankOf(state: TasksState, task: Task): number {
  let rank = RANKS.indexOf(task.priority);
  if (task.priority_from === 'fixed') return rank;
  for (const id of dependantsOf(state, task.id)) {
    const { priority } = state.all.get(id) as Task;
    rank = Math.max(rank, RANKS.indexOf(priority));
  }
  return rank;
}

/** Every task that needs it, directly or through others, each once, nearest first. */
export function dependantsOf(state: TasksState, id: string): string[] {
  const found = new Set<string>();
  const queue = [id];
  for (const one of queue)
    for (const next of state.dependants.get(one) ?? [])
      if (!found.has(next)) {
        found.add(next);
        queue.push(next);
      }
  return [...found];
}
