import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPlan, type PlannedTask, planText } from '../../../src/core/plans/plan.ts';
import { cycleFrom } from '../../../src/core/tasks/cycle.ts';

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
        [task('b', ['title A', 'a', 'b', 'T-1-x-1']), task('a', [], { title: 'Title A' })],
        (id) => id === 'T-1-x-1',
      ),
    ).toEqual({
      tasks: [task('a', [], { title: 'Title A' }), task('b', ['a', 'T-1-x-1'])],
      repairs: ['b no longer needs itself'],
    });
  });

  it('is refused where a title means two tasks', () => {
    const plan = [task('a', [], { title: 'X' }), task('b', [], { title: 'X' }), task('c', ['X'])];
    expect(checkPlan(plan, none)).toEqual({ why: 'c needs "X", which is neither in the plan nor a task' });
  });

  it('is a list of quoted titles for people', () => {
    const tasks = [task('a', [], { title: '1. b (human): "x"' }), task('b', ['a'], { capability: 'art' })];
    expect(planText(tasks, ['x'], ['T-1'])).toBe(
      '1. a (the planner): "1. b (human): \\"x\\""\n2. b (whoever can "art", after a): "Title b"\n\nNo longer needed: T-1\n\nPut right: x',
    );
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
