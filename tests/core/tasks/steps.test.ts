import { expect, it } from 'vitest';
import { emptyTasks, setTask, type Task } from '../../../src/core/model/state/tasks.ts';
import { revivedWith, skippedBy, upstream } from '../../../src/core/tasks/steps.ts';

/** `x` has failed; each other task is what it is for. */
function tasks(...more: (Partial<Task> & { id: string })[]) {
  const state = emptyTasks();
  const base = {
    assignee: 'a',
    parent: null,
    key: null,
    deadline: null,
    budget: null,
    needs: [],
    waived: [],
    reason: null,
  };
  for (const one of [{ id: 'x', status: 'failed' as const }, ...more])
    setTask(state, { ...base, ...one } as unknown as Task);
  return state;
}
const ids = (found: Task[]) => found.map(({ id }) => id);

it('a retry brings back what was skipped because of that task, and nothing that stands otherwise', () => {
  const state = tasks(
    { id: 'lost', status: 'skipped', needs: ['x'], reason: upstream('x') },
    { id: 'after', status: 'skipped', needs: ['lost'], reason: upstream('x') },
    { id: 'waived', status: 'assigned', needs: ['x'], waived: ['x'] },
    { id: 'other', status: 'skipped', needs: ['x', 'y'], reason: upstream('y') },
    { id: 'y', status: 'failed' },
    { id: 'elsewhere', status: 'skipped', needs: ['x', 'z'], reason: upstream('z') },
    { id: 'z', status: 'failed' },
    { id: 'both', status: 'skipped', needs: ['x', 'y'], reason: upstream('x') },
  );
  expect(ids(revivedWith(state, 'x'))).toEqual(['lost', 'after']);
});

it('a failure skips what needs the task and has not begun, through all of them, but for waived needs', () => {
  const state = tasks(
    { id: 'next', status: 'assigned', needs: ['x'] },
    { id: 'after', status: 'pending', needs: ['next'] },
    { id: 'begun', status: 'running', needs: ['x'] },
    { id: 'waived', status: 'assigned', needs: ['x'], waived: ['x'] },
  );
  expect(ids(skippedBy(state, 'x'))).toEqual(['next', 'after']);
});
