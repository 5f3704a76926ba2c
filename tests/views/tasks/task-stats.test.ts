import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import { emptyTasks, setTask, type Task, type TasksState } from '../../../src/core/model/state/tasks.ts';
import { taskCourses, turnsTaken } from '../../../src/views/tasks/task-course.ts';
import { estimateOf, statsOf } from '../../../src/views/tasks/task-stats.ts';
import { EVERY, TASK } from '../../core/entries.ts';

function task(id: string, more: Partial<Task> = {}): Task {
  return { ...TASK, id, title: id, assignee: 'a', ...more };
}

const open = (turn: number): Entry => ({ ...EVERY.open, turn });
const told = (turn: number, one: Task): Entry => ({ ...EVERY.task, turn, task: one });
const reply = (agent: string, ms: number): Entry => ({ ...EVERY.reply, agent, ms });
const visit = (agent: string, on?: string): Entry => ({
  ...EVERY.visit,
  agent,
  ...(on === undefined ? {} : { task: on }),
});

/** A task that took so many turns and milliseconds, from turn `from` on. */
function story(id: string, from: number, turns: number, ms: number, more: Partial<Task> = {}): Entry[] {
  return [
    open(from),
    reply('a', ms),
    visit('a', id),
    told(from, task(id, { status: 'running', ...more })),
    open(from + turns - 1),
    told(from + turns - 1, task(id, { status: 'completed', ...more })),
  ];
}

function tasksOf(lines: readonly Entry[]): TasksState {
  const state = emptyTasks();
  for (const { task: one, archived } of taskCourses(lines).values()) if (one && !archived) setTask(state, one);
  return state;
}

describe('the course of a task', () => {
  it('begins with the first work on it, ends when it ends, and counts the calls of its visits alone', () => {
    const lines = [
      open(1),
      told(1, task('x')),
      open(2),
      reply('a', 100),
      reply('b', 7),
      visit('a', 'x'),
      visit('b'),
      open(4),
      { ...EVERY.failed, agent: 'a', ms: 50 } as Entry,
      visit('a', 'x'),
      told(4, task('x', { status: 'failed' })),
    ];
    const course = taskCourses(lines).get('x');
    expect(course).toMatchObject({ begun: 2, ended: 4, ms: 150, archived: false });
    expect(turnsTaken(course as never)).toBe(3);
    const again = taskCourses([...lines, told(5, task('x', { status: 'assigned' }))]).get('x');
    expect(turnsTaken(again as never)).toBeNull();
  });

  it('of a person has no calls, and a reset forgets all', () => {
    const lines = [open(3), told(3, task('x', { status: 'completed' }))];
    expect(taskCourses(lines).get('x')).toMatchObject({ begun: 3, ended: 3, ms: 0 });
    const reset = (scope: 'tasks' | 'mail'): Entry => ({
      ...EVERY.request,
      request: { ask: 'reset', by: 'human', scope, archive: '' },
    });
    expect(taskCourses([...lines, reset('mail')]).size).toBe(1);
    expect(taskCourses([...lines, reset('tasks')]).size).toBe(0);
  });
});

describe('statistics', () => {
  it('count those in the archive as well', () => {
    const lines = [
      ...story('x', 1, 1, 1000, { cost: 500_000 }),
      ...story('y', 3, 4, 2000, { priority: 'urgent' }),
      told(7, task('z', { status: 'failed', attempts: 3 })),
      told(7, task('by-hand', { status: 'completed' })),
      { ...EVERY['task-archived'], id: 'x' } as Entry,
    ];
    expect(statsOf(tasksOf(lines), taskCourses(lines))).toMatchObject({
      total: 4,
      archived: 1,
      by_status: { completed: 3, failed: 1, pending: 0 },
      by_priority: { urgent: 1, normal: 3 },
      mean_turns: 2,
      mean_ms: 1500,
      success_rate: 75,
      attempts: 3,
      cost: 0.5,
    });
    expect(statsOf(emptyTasks(), new Map())).toMatchObject({
      total: 0,
      mean_turns: null,
      mean_ms: null,
      success_rate: 0,
    });
  });
});

describe('an estimate', () => {
  const LINES = [
    ...[1, 2, 3, 4, 5].flatMap((n) => story(`x${n}`, 10 * n, n, 1000 * n, { capability: 'poems' })),
    ...story('other', 90, 10, 90_000, { assignee: 'b' }),
  ];
  const of = (more: Partial<Task>, lines = LINES) => estimateOf(tasksOf(lines), taskCourses(lines), task('new', more));

  it('goes by tasks with its capability, else of its assignee, else by all', () => {
    expect(of({ capability: 'poems', assignee: 'b' })).toEqual({
      samples: 5,
      basis: 'capability',
      confidence: 'medium',
      factor: 1,
      turns: { median: 3, p90: 5 },
      ms: { median: 3000, p90: 5000 },
      cost: { median: 0, p90: 0 },
    });
    expect(of({ assignee: 'b' })).toMatchObject({ basis: 'assignee', samples: 1, confidence: 'low' });
    expect(of({ assignee: null })).toMatchObject({ basis: 'all', samples: 6, turns: { median: 3, p90: 10 } });
  });

  it.each([
    ['urgent', 0.8, 2400, 0.5, 30_000],
    ['high', 0.9, 2700, 0.75, 45_000],
    ['normal', 1, 3000, 1, 60_000],
    ['low', 1.2, 3600, 1.5, 90_000],
  ] as const)(
    'of a task of priority %s is times %f, and without any other task a guess',
    (priority, factor, ms, blind, guess) => {
      expect(of({ priority, capability: 'poems' })).toMatchObject({ factor, ms: { median: ms } });
      expect(of({ priority }, [])).toEqual({
        samples: 0,
        basis: 'none',
        confidence: 'none',
        factor: blind,
        turns: { median: Math.max(1, Math.round(blind)), p90: Math.max(1, Math.round(blind)) },
        ms: { median: guess, p90: guess },
        cost: null,
      });
    },
  );

  it('of many is sure, and does not go by the task itself', () => {
    const lines = Array.from({ length: 21 }, (_, n) => story(`x${n}`, n + 1, 1, 10)).flat();
    expect(estimateOf(tasksOf(lines), taskCourses(lines), task('x0'))).toMatchObject({
      samples: 20,
      confidence: 'high',
    });
  });
});
