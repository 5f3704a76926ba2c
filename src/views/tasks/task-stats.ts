/** Statistics of tasks, and what a task is expected to take. */
import type { Task, TasksState } from '../../core/model/state/tasks.ts';
import { alikeTo, type Likeness, type Spread, spreadOf } from '../../core/plans/likely.ts';
import { inCredits } from '../../schema/amount.ts';
import { PRIORITIES } from '../../schema/records/message.ts';
import { TASK_STATUSES, type TaskStatus } from '../../schema/records/task.ts';
import { type TaskCourse, turnsTaken } from './task-course.ts';

type Priority = Task['priority'];
type Courses = ReadonlyMap<string, TaskCourse>;

export interface TaskStats {
  /** All tasks; `archived` of them lie in the archive. */
  total: number;
  archived: number;
  by_status: Record<TaskStatus, number>;
  by_priority: Record<Priority, number>;
  /** Of completed tasks, on average: turns from the first work to the end, and milliseconds of calls; null without any. */
  mean_turns: number | null;
  mean_ms: number | null;
  /** Completed ÷ (completed + failed), in per cent; 0 without any. */
  success_rate: number;
  /** Attempts that failed. */
  attempts: number;
  /** Credits. */
  cost: number;
}

/** Counts all tasks: as they stand, and as the journal tells of those in the archive. Pure. */
export function statsOf(tasks: TasksState, courses: Courses): TaskStats {
  const archived = [...courses.values()].flatMap(({ task, archived: away }) => (away && task ? task : []));
  const all = [...tasks.all.values(), ...archived];
  const count = (is: (task: Task) => boolean): number => all.filter(is).length;
  const by_status = recordOf(TASK_STATUSES, (status) => count((task) => task.status === status));
  const done = completedIn(all, courses);
  const ended = by_status.completed + by_status.failed;
  return {
    total: all.length,
    archived: archived.length,
    by_status,
    by_priority: recordOf(PRIORITIES, (priority) => count((task) => task.priority === priority)),
    mean_turns: meanOf(done.map(({ turns }) => turns)),
    mean_ms: meanOf(done.flatMap(({ ms }) => ms ?? [])),
    success_rate: ended === 0 ? 0 : tenths((100 * by_status.completed) / ended),
    attempts: sum(all.map(({ attempts }) => attempts)),
    cost: inCredits(sum(all.map(({ cost }) => cost))),
  };
}

/** A completed task, and what it took; `ms` null where no model worked on it. */
interface Completed {
  task: Task;
  turns: number;
  ms: number | null;
}

function completedIn(all: readonly Task[], courses: Courses): Completed[] {
  return all.flatMap((task) => {
    const course = courses.get(task.id);
    const turns = course && task.status === 'completed' ? turnsTaken(course) : null;
    return course && turns !== null ? { task, turns, ms: course.ms === 0 ? null : course.ms } : [];
  });
}

export interface TaskEstimate {
  /** Completed tasks from which it is made, and what they have in common with the task. */
  samples: number;
  basis: Likeness;
  confidence: 'none' | 'low' | 'medium' | 'high';
  /** What its priority makes of the time. */
  factor: number;
  turns: Spread;
  /** Milliseconds of calls. */
  ms: Spread;
  /** Credits; null without samples. */
  cost: Spread | null;
}

/** Samples from which an estimate is of medium and of high confidence. */
const MEDIUM = 5;
const HIGH = 20;

/** What the priority makes of the time: with completed tasks to go by, and without any. */
const FACTORS: Record<Priority, number> = { urgent: 0.8, high: 0.9, normal: 1, low: 1.2 };
const BLIND_FACTORS: Record<Priority, number> = { urgent: 0.5, high: 0.75, normal: 1, low: 1.5 };
const BLIND_MS = 60_000;

/**
 * What a task will take: the median and the ninetieth percentile of completed tasks with its capability, else of its assignee,
 * else of all; times a factor for its priority. Without any, a minute of calls in one turn. Pure.
 */
export function estimateOf(tasks: TasksState, courses: Courses, task: Task): TaskEstimate {
  const { id, priority } = task;
  const archived = [...courses.values()].flatMap(({ task: old, archived: away }) => (away && old ? old : []));
  const done = completedIn([...tasks.all.values(), ...archived], courses).filter((one) => one.task.id !== id);
  const { basis, sample } = alikeTo(task, done, (one) => one.task);
  const factor = (basis === 'none' ? BLIND_FACTORS : FACTORS)[priority];
  const times = (values: readonly number[], least: number, otherwise: number): Spread => {
    const { median, p90 } = spreadOf(values) ?? { median: otherwise, p90: otherwise };
    const scaled = (value: number): number => Math.max(least, Math.round(value * factor));
    return { median: scaled(median), p90: scaled(p90) };
  };
  return {
    samples: sample.length,
    basis,
    confidence: confidenceIn(sample.length),
    factor,
    turns: times(
      sample.map(({ turns }) => turns),
      1,
      1,
    ),
    ms: times(
      sample.flatMap(({ ms }) => ms ?? []),
      0,
      BLIND_MS,
    ),
    cost: spreadOf(sample.map((one) => inCredits(one.task.cost))),
  };
}

function confidenceIn(samples: number): TaskEstimate['confidence'] {
  if (samples === 0) return 'none';
  return samples < MEDIUM ? 'low' : samples < HIGH ? 'medium' : 'high';
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : tenths(sum(values) / values.length);
}

function tenths(value: number): number {
  return Math.round(10 * value) / 10;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0);
}

function recordOf<K extends string>(keys: readonly K[], value: (key: K) => number): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, number>;
}
