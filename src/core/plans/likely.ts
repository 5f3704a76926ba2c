/** What work is likely to take, by completed tasks that are like it. */
import type { PlannedTask } from '../../schema/records/plan.ts';
import type { Task, TasksState } from '../model/state/tasks.ts';

/** What completed tasks have in common with a task; `none`: no task is completed yet. */
export type Likeness = 'assignee' | 'capability' | 'all' | 'none';

/** The completed tasks with the same capability, else of the same assignee, else all of them. */
export function alikeTo<T>(
  { assignee, capability }: Partial<Pick<Task, 'assignee' | 'capability'>>,
  done: readonly T[],
  taskOf: (one: T) => Pick<Task, 'assignee' | 'capability'>,
): { basis: Likeness; sample: readonly T[] } {
  const bases = {
    capability: done.filter((one) => capability != null && taskOf(one).capability === capability),
    assignee: done.filter((one) => assignee != null && taskOf(one).assignee === assignee),
    all: done,
  };
  const basis = (['capability', 'assignee', 'all'] as const).find((name) => bases[name].length > 0);
  return basis === undefined ? { basis: 'none', sample: [] } : { basis, sample: bases[basis] };
}

/** What half of the values, and nine of ten, do not exceed. */
export interface Spread {
  median: number;
  p90: number;
}

export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.ceil(part * sorted.length) - 1] as number;
  return { median: at(0.5), p90: at(0.9) };
}

/** Micro-credits that tasks are likely to cost, and completed tasks from which that is known. */
export interface LikelyCost {
  least: number;
  most: number;
  samples: number;
}

/** What the tasks of a plan are likely to cost together; null as long as no task is completed. Pure. */
export function likelyCost({ all }: TasksState, tasks: readonly PlannedTask[]): LikelyCost | null {
  const done = [...all.values()].filter(({ status }) => status === 'completed');
  if (done.length === 0) return null;
  const sum: LikelyCost = { least: 0, most: 0, samples: done.length };
  for (const task of tasks) {
    const { sample } = alikeTo(task, done, (one) => one);
    const { median, p90 } = spreadOf(sample.map(({ cost }) => cost)) as Spread;
    const most = task.budget ?? Number.POSITIVE_INFINITY;
    sum.least += Math.min(median, most);
    sum.most += Math.min(p90, most);
  }
  return sum;
}
