import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byAge, NOBODY, RANKS } from '../../../../src/core/model/maps/open-tasks.ts';
import { archiveTask, copyTasks, isFinished, setTask, type Task } from '../../../../src/core/model/state/tasks.ts';
import { emptyState, type State } from '../../../../src/core/model/state.ts';
import { isReady, rankOf } from '../../../../src/core/tasks/ready.ts';
import { workFor } from '../../../../src/core/tasks/work.ts';
import { TASK_STATUSES } from '../../../../src/schema/records/task.ts';
import { TASK } from '../../entries.ts';

const AGENTS = ['a', 'b'];

/** A task stands so from now on, or its finished form goes to the archive. */
const change = fc.record({
  n: fc.nat(9),
  status: fc.constantFrom(...TASK_STATUSES),
  assignee: fc.constantFrom('a', 'b', null),
  by: fc.constantFrom('a', 'b', 'human'),
  needs: fc.uniqueArray(fc.nat(9), { maxLength: 3 }),
  isWaived: fc.boolean(),
  next: fc.option(fc.integer({ min: 1, max: 6 })),
  priority: fc.constantFrom(...RANKS),
  from: fc.constantFrom('fixed', 'fixed', 'inherit_max'),
  turn: fc.integer({ min: 1, max: 3 }),
  isArchived: fc.boolean(),
});

function taskOf({
  n,
  status,
  assignee,
  by,
  needs,
  isWaived,
  next,
  priority,
  from,
  turn,
}: typeof change extends fc.Arbitrary<infer C> ? C : never): Task {
  const ids = needs.filter((need) => need < n).map((need) => `t${need}`);
  const place = { id: `t${n}`, turn, by, title: `t${n}`, status, assignee };
  const order = { next_attempt: next, priority, priority_from: from as Task['priority_from'] };
  return { ...TASK, ...place, ...order, needs: ids, waived: isWaived ? ids.slice(0, 1) : [] };
}

/** The same choice without anything that was worked out before. */
function slowly(state: State, agent: string, turn: number): Task | null {
  const order = (task: Task): number | null => {
    if (task.status === 'running') return 10;
    if (task.status === 'blocked') return null;
    return isReady(state, task, turn) ? rankOf(state.tasks, task) : null;
  };
  const own = [...state.tasks.all.values()].filter(({ assignee, status }) => assignee === agent && !isFinished(status));
  const fit = own.filter((task) => order(task) !== null);
  return fit.sort((x, y) => (order(y) as number) - (order(x) as number) || byAge(x, y))[0] ?? null;
}

function ids(rows: Iterable<{ id: string }>): string[] {
  return [...rows].map(({ id }) => id);
}

describe('what is open of the tasks', () => {
  it('is the same whether it is noted change by change, or looked for at last', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const state = emptyState();
        for (const [i, one] of changes.entries()) {
          if (state.tasks.archived.has(`t${one.n}`)) continue;
          const before = state.tasks.all.get(`t${one.n}`);
          const task = { ...taskOf(one), turn: before?.turn ?? one.turn, by: before?.by ?? one.by };
          setTask(state.tasks, before?.status === 'completed' ? { ...task, status: 'completed' } : task, i);
          if (one.isArchived && isFinished((state.tasks.all.get(task.id) as Task).status))
            archiveTask(state.tasks, task.id);
          const fresh = { ...state, tasks: copyTasks(state.tasks) };
          for (const agent of AGENTS) {
            for (const turn of [1 + (i % 6)]) expect(workFor(state, agent, turn)).toEqual(slowly(state, agent, turn));
            expect(workFor(state, agent, Infinity) === null).toBe(slowly(state, agent, Infinity) === null);
          }
          const [noted, found] = [state, fresh].map(({ tasks }) => tasks.open.of(tasks)) as [Views, Views];
          for (const agent of [...AGENTS, 'human', NOBODY]) {
            expect(ids(noted.own.of(agent))).toEqual(ids(found.own.of(agent)));
            expect(ids(noted.given.of(agent))).toEqual(ids(found.given.of(agent)));
            expect(ids(noted.free(agent)).sort()).toEqual(ids(found.free(agent)).sort());
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('lists a task once that was made after a need that is completed', () => {
    const state = emptyState();
    const given = { by: 'a', assignee: 'b', status: 'assigned' as const };
    setTask(state.tasks, { ...TASK, ...given, id: 'first' });
    setTask(state.tasks, { ...TASK, id: 'need', status: 'completed' });
    setTask(state.tasks, { ...TASK, ...given, id: 'then', needs: ['need'] });
    expect(ids(state.tasks.open.of(state.tasks).given.of('a'))).toEqual(['first', 'then']);
  });

  it('costs a turn what changed in it, however many tasks wait', () => {
    const looks = (waiting: number): number => {
      const state = emptyState();
      const counted = new Counting();
      state.tasks.all = counted;
      for (let n = 0; n < waiting; n++)
        setTask(state.tasks, {
          ...TASK,
          id: `w${n}`,
          needs: ['gate'],
          assignee: n % 2 ? 'a' : null,
          status: n % 2 ? 'assigned' : 'pending',
        });
      setTask(state.tasks, { ...TASK, id: 'first', status: 'assigned', assignee: 'a' });
      setTask(state.tasks, { ...TASK, id: 'second', status: 'assigned', assignee: 'a', needs: ['first'] });
      expect(workFor(state, 'a', 1)?.id).toBe('first');
      counted.looks = 0;
      setTask(state.tasks, { ...TASK, id: 'first', status: 'completed', assignee: 'a' });
      expect(workFor(state, 'a', 2)?.id).toBe('second');
      expect(workFor(state, 'b', 2)).toBeNull();
      return counted.looks;
    };
    expect(looks(20)).toBeGreaterThan(0);
    expect(looks(5000)).toBe(looks(20));
  });
});

type Views = ReturnType<State['tasks']['open']['of']>;

/** Counts how often a task is looked at. */
class Counting extends Map<string, Task> {
  looks = 0;

  override get(id: string): Task | undefined {
    this.looks++;
    return super.get(id);
  }

  override *values(): MapIterator<Task> {
    for (const task of super.values()) {
      this.looks++;
      yield task;
    }
  }
}
