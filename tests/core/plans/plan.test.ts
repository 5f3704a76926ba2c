import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPlan } from '../../../src/core/plans/plan.ts';
import { cycleFrom } from '../../../src/core/tasks/cycle.ts';
import type { PlannedTask } from '../../../src/schema/records/plan.ts';

const task = (name: string, needs: string[] = [], more: Partial<PlannedTask> = {}): PlannedTask => ({
  name,
  title: `Title ${name}`,
  body: '',
  needs,
  ...more,
});
const none = (): boolean => false;

describe('a plan', () => {
  it('is put into the order of its needs, and what can mean only one thing is put right', () => {
    expect(
      checkPlan(
        [task('b', ['title A', 'a', 'b', 'T-1-x-1', 'T-1-x-1']), task('a', [], { title: 'Title A' })],
        (id) => id === 'T-1-x-1',
      ),
    ).toEqual({
      tasks: [task('a', [], { title: 'Title A' }), task('b', ['a', 'T-1-x-1'])],
      repairs: ['b needs a once', 'b no longer needs itself', 'b needs T-1-x-1 once'],
    });
  });

  it('is refused where a title means two tasks', () => {
    const plan = [task('a', [], { title: 'X' }), task('b', [], { title: 'X' }), task('c', ['X'])];
    expect(checkPlan(plan, none)).toEqual({ why: 'c needs "X", which is neither in the plan nor a task' });
  });

  it('never has a circle or a task before what it needs, whatever was proposed', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd', 'T-1-x-1', 'Title a', 'nowhere', '__proto__');
    const plan = fc.array(
      fc.record({
        name: names,
        title: fc.constantFrom('Title a', 'Title b', 'X'),
        body: fc.constant(''),
        needs: fc.array(names, { maxLength: 4 }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(plan, (tasks) => {
        const checked = checkPlan(tasks, (id) => id.startsWith('T-'));
        if ('why' in checked) {
          expect(checked.why).not.toBe('');
          return;
        }
        expect(checked.tasks.map(({ name }) => name).sort()).toEqual(tasks.map(({ name }) => name).sort());
        const needsOf = new Map(checked.tasks.map(({ name, needs }) => [name, needs]));
        const done = new Set<string>();
        for (const { name, needs } of checked.tasks) {
          expect(cycleFrom(name, (one) => needsOf.get(one) ?? [])).toBeNull();
          for (const need of needs) expect(done.has(need) || need.startsWith('T-')).toBe(true);
          done.add(name);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
