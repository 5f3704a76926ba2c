import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setTask, type Task } from '../../../src/core/model/state/tasks.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import { whyNoPlan } from '../../../src/core/plans/check.ts';
import { readPlan } from '../../../src/core/plans/plan.ts';
import { stagePlan } from '../../../src/core/plans/stage.ts';
import { cycleFrom, depthOf } from '../../../src/core/tasks/cycle.ts';
import { CHILDREN, DEPTH } from '../../../src/core/tasks/valid.ts';
import { FULL } from '../../campaign/thin.ts';
import { TASK } from '../entries.ts';
import { configOf, sceneOf } from '../world.ts';

const EDGES = { human: ['boss', 'a'], boss: ['a', 'b', 'human'], a: ['boss'], b: ['boss'], c: ['a'] };
const PLAN = { edges: EDGES, resumes: { a: { capabilities: ['poems'] }, c: { capabilities: ['dances'] } } };
const CONFIG = configOf(PLAN);

function withTasks(...tasks: Partial<Task>[]): State {
  const state = emptyState();
  for (const task of tasks) setTask(state.tasks, { ...TASK, ...task });
  return state;
}

function planOf(tasks: object[]) {
  const read = readPlan({ goal: 'Poems', tasks });
  if ('why' in read) throw new Error(read.why);
  return read.plan;
}

interface Where {
  state?: State;
  by?: string;
  parent?: string | null;
  config?: typeof CONFIG;
}

function why(tasks: object[], { state = emptyState(), by = 'boss', parent = null, config = CONFIG }: Where = {}) {
  return whyNoPlan(config, state, planOf(tasks), { by, parent });
}
const many = (n: number, more: object = {}) =>
  Array.from({ length: n }, (_, i) => ({ id: `t${i}`, title: 'T', ...more }));

describe('a plan can be carried out', () => {
  it.each([
    [
      'by agents to whom its author may write',
      [
        { id: 'x', assignee: 'a' },
        { id: 'y', assignee: 'human' },
      ],
    ],
    ['by its author', [{ id: 'x', assignee: 'boss' }]],
    ['by whoever has a capability', [{ id: 'x', capability: 'poems' }]],
    ['by whoever plans', [{ id: 'x' }]],
  ])('%s', (_, tasks) => {
    expect(why(tasks)).toBeNull();
  });

  it('after tasks that are open or completed', () => {
    const state = withTasks({ id: 'open' }, { id: 'ready', status: 'completed' });
    expect(why([{ id: 'x', needs: ['open', 'ready'] }], { state })).toBeNull();
  });

  it('as parts of a task, as long as there is room', () => {
    const parts = Array.from({ length: CHILDREN - 2 }, (_, i) => ({ id: `p${i}`, parent: 'whole' }));
    const state = withTasks({ id: 'whole' }, ...parts);
    expect(why(many(2), { state, parent: 'whole' })).toBeNull();
    expect(why(many(3), { state, parent: 'whole' })).toBe('whole would have 101 parts; at most 100 are allowed');
  });
});

describe('a plan cannot be carried out', () => {
  it.each<[string, object, Where, string]>([
    ['an unknown agent', { assignee: 'bos' }, {}, 'x: there is no agent "bos": did you mean boss?'],
    ['one that is like no other', { assignee: 'somebody else' }, {}, 'x: there is no agent "somebody else"'],
    ['an agent without an edge', { assignee: 'c' }, {}, 'x: the chart does not let boss write to c'],
    ['an unknown capability', { capability: 'poem' }, {}, 'has the capability "poem": did you mean poems?'],
    ['one that nobody in reach has', { capability: 'dances' }, {}, 'nobody to whom boss may write has the capability'],
    [
      'nobody, where nobody plans',
      {},
      { by: 'human', config: configOf({ edges: { human: [], a: [] } }) },
      'name an assignee',
    ],
    [
      'an unknown task',
      { needs: ['opeN'.toLowerCase()] },
      { state: withTasks({ id: 'opem' }) },
      'there is no task "open": did you mean opem?',
    ],
    [
      'a failed task',
      { needs: ['bad'] },
      { state: withTasks({ id: 'bad', status: 'failed' }) },
      'it needs bad, which is failed',
    ],
  ])('with %s', (_, task, where, said) => {
    expect(why([{ id: 'x', title: 'X', ...task }], where)).toContain(said);
  });

  it('when a part needs what it is a part of', () => {
    const state = withTasks({ id: 'top' }, { id: 'whole', parent: 'top' });
    expect(why([{ id: 'x', needs: ['top'] }], { state, parent: 'whole' })).toBe(
      'x: it cannot need top, of which it is a part',
    );
  });

  it('too deep, or with too many open tasks', () => {
    const chain = Array.from({ length: DEPTH + 1 }, (_, i) => ({ id: `p${i}`, parent: i === 0 ? null : `p${i - 1}` }));
    const state = withTasks(...chain);
    expect(why([{ id: 'x' }], { state, parent: `p${DEPTH - 1}` })).toBeNull();
    expect(why([{ id: 'x' }], { state, parent: `p${DEPTH}` })).toContain('33 levels below');
    const config = configOf({ ...PLAN, org: { limits: { tasks: 4, agent_tasks: 2 } } });
    expect(why(many(3), { config })).toBeNull();
    expect(why(many(4), { config })).toBe('5 tasks would be open; at most 4 are allowed');
    const busy = withTasks({ id: 'one', assignee: 'a', status: 'assigned' });
    expect(why(many(1, { assignee: 'a' }), { config, state: busy })).toBeNull();
    expect(why(many(2, { assignee: 'a' }), { config, state: busy })).toBe(
      'a would have 3 open tasks; at most 2 are allowed',
    );
    expect(why(many(3), { config, state: withTasks({ id: 'free', assignee: null }) })).toContain(
      '5 tasks would be open',
    );
  });
});

const agents = ['human', 'boss', 'a', 'b', 'c', 'nobody', null];
const somePlan = fc.array(
  fc.record({
    assignee: fc.constantFrom(...agents),
    capability: fc.constantFrom(null, null, 'poems', 'dances'),
    back: fc.array(fc.nat(3), { maxLength: 3 }),
    outside: fc.constantFrom(null, null, null, 'open', 'bad', 'whole', 'gone'),
  }),
  { minLength: 1, maxLength: 9 },
);

it('whatever is proposed, no edge, limit or loop is passed', () => {
  const config = configOf({ ...PLAN, org: { limits: { tasks: 12, agent_tasks: 4 } } });
  let made = 0;
  fc.assert(
    fc.property(somePlan, fc.boolean(), (tasks, isPart) => {
      const state = withTasks(
        { id: 'open', assignee: 'a', status: 'assigned' },
        { id: 'bad', status: 'failed' },
        { id: 'whole', assignee: 'boss', status: 'running' },
      );
      const plan = planOf(
        tasks.map(({ assignee, capability, back, outside }, i) => ({
          id: `t${i}`,
          assignee,
          capability,
          needs: [...back.flatMap((far) => (i > far ? `t${i - 1 - far}` : [])), ...(outside ? [outside] : [])],
        })),
      );
      const task = isPart ? { task: state.tasks.all.get('whole') as Task } : {};
      const scene = sceneOf(config, 'boss', {
        state,
        ...task,
        draft: emptyDraft(),
        approved: { id: 'A-1-boss-1' } as never,
      });
      if (!stagePlan({ plan, repaired: [] }, scene).ok) return;
      made++;
      for (const act of scene.draft.tasks) if ('task' in act) setTask(state.tasks, act.task);
      const { all, assigned, unassigned, children } = state.tasks;
      let open = unassigned.size;
      for (const [agent, ids] of assigned) {
        open += ids.size;
        expect([agent, ids.size <= 5]).toEqual([agent, true]);
      }
      expect(open).toBeLessThanOrEqual(12);
      for (const [, parts] of children) expect(parts.size).toBeLessThanOrEqual(CHILDREN);
      for (const one of all.values()) {
        expect(cycleFrom(one.id, (id) => all.get(id)?.needs ?? [])).toBeNull();
        expect(depthOf(one.id, (id) => all.get(id)?.parent ?? null)).toBeLessThanOrEqual(DEPTH);
        expect(['human', 'boss', 'a', 'b', null]).toContain(one.assignee);
        for (const need of one.needs)
          expect(['completed', 'assigned', 'pending', 'running']).toContain(all.get(need)?.status);
      }
    }),
    { numRuns: FULL ? 10_000 : 500 },
  );
  expect(made).toBeGreaterThan(20);
});
