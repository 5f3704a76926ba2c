import { describe, expect, it } from 'vitest';
import { archiveTask, setTask, type Task } from '../../../src/core/model/state/tasks.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { budgetLine, budgetsOf, budgetWaits } from '../../../src/core/money/work-budget.ts';
import { taskEffects } from '../../../src/core/tasks/frozen.ts';
import { TASK } from '../entries.ts';
import { configOf } from '../world.ts';

const CONFIG = configOf({ edges: { human: ['a'], a: ['human'] } });
const task = (id: string, more: Partial<Task> = {}): Task => ({ ...TASK, id, assignee: null, cost: 0, ...more });
const doubt = (of: string | undefined, key: string) => ({
  key,
  agent: 'a',
  unit: null,
  model: 'm',
  provider: 'p',
  turn: 1,
  reserve: 300,
  ...(of !== undefined && { task: of }),
});

describe('the budgets of a task', () => {
  it('count what it and its parts have cost, and their calls in doubt, but no others', () => {
    const state = emptyState();
    setTask(state.tasks, task('x', { budget: 10_000, cost: 1000 }));
    setTask(state.tasks, task('part', { parent: 'x', budget: 5000, cost: 2000 }));
    setTask(state.tasks, task('old', { parent: 'x', cost: 60, status: 'completed' }));
    setTask(state.tasks, task('older', { parent: 'old', cost: 40, status: 'completed' }));
    for (const one of ['older', 'old', 'gone']) archiveTask(state.tasks, one);
    for (const [i, of] of ['x', 'part', 'other', undefined].entries())
      state.money.doubts.set(`${i}`, doubt(of, `${i}`));
    expect(budgetsOf(state, state.tasks.all.get('part') as Task)).toEqual([
      { scope: 'task part', amount: 5000 - 2300, key: null, of: 5000 },
      { scope: 'task x', amount: 10_000 - 3700, key: null, of: 10_000 },
    ]);
  });

  it('name the task that waits, also one that nobody has, and one whose budget was set below its cost', () => {
    const state = emptyState();
    setTask(state.tasks, task('x', { budget: 10_000, cost: 12_000, need: 5000 }));
    setTask(state.tasks, task('y', { budget: 10_000, cost: 1000, need: 5000 }));
    setTask(state.tasks, task('z', { budget: 1000, need: 5000, status: 'cancelled' }));
    const waits = budgetWaits(state);
    expect(waits.map(({ task: { id } }) => id)).toEqual(['x']);
    const [{ task: x, short } = { task: TASK, short: null }] = waits;
    expect(short && budgetLine(CONFIG, state, x, 5000, short)).toBe(
      'Task x waits: its next call could cost 0.005 credits, but 0 of the budget of task x is left. Raise it: lemming task budget x 0.017',
    );
  });

  it('are not charged for a task that is gone when a call in doubt is settled', () => {
    const state = emptyState();
    setTask(state.tasks, task('x', { status: 'cancelled' }));
    state.money.billed = [{ task: 'gone', cost: 5 }];
    expect(taskEffects(CONFIG, state, 2, [])).toEqual([]);
  });
});
