/** Statistics of tasks, and what a task is expected to take. */

import type { Task, TasksState } from '../../core/model/state/tasks.ts';
import { inCredits } from '../../schema/amount.ts';
import { PRIORITIES } from '../../schema/records/message.ts';
import { TASK_STATUSES, type TaskStatus } from '../../schema/records/task.ts';

type Priority = Task['priority'];

export interface TaskStats {
  total: number;
  archived: number;
  by_status: Record<TaskStatus, number>;
  by_priority: Record<Priority, number>;
  /** Turns from the creation to the end of completed tasks, on average; null without any. */
  mean_turns: number | null;
  /** Completed ÷ (completed + failed), in per cent; 0 without any. */
  success_rate: number;
  /** Credits. */
  cost: number;
}

/** Counts the tasks that are not archived. Pure. */
export function statsOf(tasks: TasksState): TaskStats {
  const all = [...tasks.all.values()];
  const count = (is: (task: Task) => boolean): number => all.filter(is).length;
  const by_status = recordOf(TASK_STATUSES, (status) => count((task) => task.status === status));
  const turns = all.filter(({ status }) => status === 'completed').map((task) => turnsOf(tasks, task));
  const ended = by_status.completed + by_status.failed;
  return {
    total: all.length,
    archived: tasks.archived.size,
    by_status,
    by_priority: recordOf(PRIORITIES, (priority) => count((task) => task.priority === priority)),
    mean_turns: turns.length === 0 ? null : Math.round((10 * sum(turns)) / turns.length) / 10,
    success_rate: ended === 0 ? 0 : Math.round((1000 * by_status.completed) / ended) / 10,
    cost: inCredits(sum(all.map(({ cost }) => cost))),
  };
}

export interface TaskEstimate {
  /** Completed tasks from which it is made, and what they have in common with the task. */
  samples: number;
  basis: 'assignee' | 'capability' | 'all';
  confidence: 'none' | 'low' | 'medium' | 'high';
  /** Null without samples. Costs are credits. */
  turns: { median: number; p90: number } | null;
  cost: { median: number; p90: number } | null;
}

/** Samples from which an estimate is of medium and of high confidence. */
const MEDIUM = 5;
const HIGH = 20;

/** What a task will take, by the completed ones of its assignee, else of its capability, else by all. Pure. */
export function estimateOf(tasks: TasksState, { id, assignee, capability }: Task): TaskEstimate {
  const done = [...tasks.all.values()].filter((task) => task.status === 'completed' && task.id !== id);
  const bases = {
    assignee: done.filter((task) => assignee !== null && task.assignee === assignee),
    capability: done.filter((task) => capability !== null && task.capability === capability),
    all: done,
  };
  const basis = (['assignee', 'capability'] as const).find((name) => bases[name].length > 0) ?? 'all';
  const sample = bases[basis];
  return {
    samples: sample.length,
    basis,
    confidence:
      sample.length === 0 ? 'none' : sample.length < MEDIUM ? 'low' : sample.length < HIGH ? 'medium' : 'high',
    turns: spreadOf(sample.map((task) => turnsOf(tasks, task))),
    cost: spreadOf(sample.map(({ cost }) => inCredits(cost))),
  };
}

/** Turns that a finished task took, the first and the last one counted. */
function turnsOf(tasks: TasksState, { id, turn }: Task): number {
  return (tasks.ended.get(id) ?? turn) - turn + 1;
}

function spreadOf(values: number[]): { median: number; p90: number } | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.ceil(part * sorted.length) - 1] as number;
  return { median: at(0.5), p90: at(0.9) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0);
}

function recordOf<K extends string>(keys: readonly K[], value: (key: K) => number): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, number>;
}
