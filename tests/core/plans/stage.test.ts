import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setTask, type Task } from '../../../src/core/model/state/tasks.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import { alikeTo, likelyCost, spreadOf } from '../../../src/core/plans/likely.ts';
import { type ReadPlan, readPlan } from '../../../src/core/plans/read.ts';
import { previewPlan, stagePlan } from '../../../src/core/plans/stage.ts';
import { cycleFrom, depthOf } from '../../../src/core/tasks/cycle.ts';
import { judgeEdit } from '../../../src/core/tasks/edit.ts';
import { taskPath } from '../../../src/core/tasks/file.ts';
import { CHILDREN, DEPTH } from '../../../src/core/tasks/valid.ts';
import { FULL } from '../../campaign/thin.ts';
import { TASK } from '../entries.ts';
import { configOf, sceneOf } from '../world.ts';

const EDGES = { human: ['boss', 'a'], boss: ['a', 'b', 'human'], a: ['boss'], b: ['boss'], c: ['a'] };
const PLAN = {
  edges: EDGES,
  resumes: { a: { capabilities: ['poems'] }, c: { capabilities: ['dances'] }, b: { tools: ['propose_plan'] } },
};
const CONFIG = configOf(PLAN);
const WHOLE = { id: 'whole', assignee: 'boss', status: 'running', key: 'plan/whole' } as const;

function withTasks(...tasks: Partial<Task>[]): State {
  const state = emptyState();
  for (const task of tasks) setTask(state.tasks, { ...TASK, ...task });
  return state;
}

function read(plan: object): ReadPlan {
  const found = readPlan({ tasks: [], ...plan });
  if ('why' in found) throw new Error(found.why);
  return found;
}

/** Stages a plan for the task `whole` of the boss. */
function staged(plan: object, state = withTasks(WHOLE), config = CONFIG) {
  const scene = sceneOf(config, 'boss', { state, draft: emptyDraft(), task: state.tasks.all.get('whole') });
  const { ok, text } = stagePlan(read(plan), scene);
  const { tasks: acts } = scene.draft;
  return { ok, text, acts, made: acts.flatMap((act) => ('task' in act ? act.task : [])) };
}
const many = (n: number, more: object = {}) =>
  Array.from({ length: n }, (_, i) => ({ name: `t${i}`, title: 'T', ...more }));

describe('the tasks of a plan', () => {
  it('carry all that the plan says of them, and the goal of the whole', () => {
    const task = {
      name: 'x',
      title: 'X',
      assignee: 'a',
      priority: 'high',
      retries: 0,
      deadline: '3 turns',
      budget: 0.5,
    };
    const ensures = [{ file: 'x.md' }];
    const { made } = staged({ tasks: [{ ...task, ensures }] }, withTasks({ ...WHOLE, goal: 'birds' }));
    const { name: _, ...said } = task;
    expect(made).toMatchObject([
      { ...said, budget: 500_000, ensures, goal: 'birds', parent: 'whole', key: 'whole/x', by: 'boss' },
    ]);
  });

  it('are made once: another time their keys are there', () => {
    const plan = { tasks: [{ name: 'x', title: 'X', assignee: 'a' }] };
    const state = withTasks(WHOLE, { id: 'old', title: 'X', key: 'whole/x' });
    expect(staged(plan, state)).toMatchObject({ ok: true, made: [] });
    const other = withTasks(WHOLE, { id: 'old', title: 'Y', key: 'whole/x' });
    expect(staged(plan, other).text).toContain('x: The key "whole/x" belongs to old');
  });

  it.each<[string, object, string | RegExp]>([
    ['an unknown agent', { assignee: 'bos' }, 'there is no agent bos: did you mean boss?'],
    ['an agent without an edge', { assignee: 'c' }, 'the chart does not let boss write to c'],
    ['an unknown capability', { capability: 'poem' }, 'the capability "poem": did you mean poems?'],
    ['a capability that nobody in reach has', { capability: 'dances' }, /the capability "dances": did you mean dances/],
    ['a capability that is like no other', { capability: 'x' }, 'has the capability "x".'],
    ['a failed task', { needs: ['bad'] }, 'it needs bad (failed)'],
    ['the whole', { needs: ['whole'] }, 'x cannot need whole, of which it is a part.'],
    ['what the whole is a part of', { needs: ['top'] }, 'x cannot need top, of which it is a part.'],
  ])('cannot have %s', (_, task, said) => {
    const state = withTasks({ id: 'top' }, { ...WHOLE, parent: 'top' }, { id: 'bad', status: 'failed' });
    const { ok, text } = staged({ tasks: [{ name: 'x', title: 'X', ...task }] }, state);
    expect(ok).toBe(false);
    expect(text).toMatch(said);
  });

  it('are no more than the limits allow', () => {
    const parts = Array.from({ length: CHILDREN - 2 }, (_, i) => ({ id: `p${i}`, parent: 'whole', assignee: 'b' }));
    expect(staged({ tasks: many(2, { assignee: 'a' }) }, withTasks(WHOLE, ...parts)).ok).toBe(true);
    expect(staged({ tasks: many(3, { assignee: 'a' }) }, withTasks(WHOLE, ...parts)).text).toContain('has 100 parts');
    const chain = Array.from({ length: DEPTH }, (_, i) => ({ id: `p${i}`, parent: i === 0 ? null : `p${i - 1}` }));
    const deep = (levels: number) => withTasks(...chain, { ...WHOLE, parent: `p${levels - 1}` });
    expect(staged({ tasks: many(1, { assignee: 'a' }) }, deep(DEPTH - 1)).ok).toBe(true);
    expect(staged({ tasks: many(1, { assignee: 'a' }) }, deep(DEPTH)).text).toContain('33 levels below');
    const config = configOf({ ...PLAN, org: { limits: { tasks: 4, agent_tasks: 2 } } });
    expect(staged({ tasks: many(3) }, withTasks(WHOLE), config).ok).toBe(true);
    expect(staged({ tasks: many(4) }, withTasks(WHOLE), config).text).toContain('4 tasks are open, which is the most');
    expect(staged({ tasks: many(2, { assignee: 'a' }) }, withTasks(WHOLE), config).ok).toBe(true);
    expect(staged({ tasks: many(3, { assignee: 'a' }) }, withTasks(WHOLE), config).text).toContain(
      'a has 2 open tasks, which is the most',
    );
  });

  it('may also be proposed for any own task by those whose resume lists the tool', () => {
    const state = withTasks({ id: 'mine', assignee: 'b', status: 'running' });
    const plan = read({ tasks: [{ name: 'x', title: 'X', assignee: 'boss' }] });
    const of = (agent: string) =>
      stagePlan(plan, sceneOf(CONFIG, agent, { state, task: state.tasks.all.get('mine') })).ok;
    expect([of('b'), of('a')]).toEqual([true, false]);
  });
});

describe('a plan changes', () => {
  const state = () => {
    const tasks = withTasks(
      WHOLE,
      { id: 'one', parent: 'whole', assignee: 'a' },
      { id: 'two', parent: 'whole', status: 'pending', assignee: null, capability: 'poems', needs: ['one'] },
      { id: 'busy', parent: 'whole', status: 'running' },
      { id: 'else' },
    );
    tasks.files.texts.set(taskPath('one'), '---\ntitle: One\n---\nOld body.\n\n## History\n\n- 1.1 boss: created\n');
    return tasks;
  };

  it('fields of tasks that have not begun, and shows each as it is and as it will be', () => {
    const plan = {
      tasks: [{ name: 'first', title: 'First', assignee: 'b' }],
      change: [
        { id: 'one', title: 'Other', assignee: 'b', body: 'New body.', needs: ['first', 'first'], budget: 1 },
        { id: 'two', needs: ['one', 'T-2-boss-1'] },
      ],
      cancel: ['two', 'x'],
    };
    const shown = previewPlan(read({ ...plan, change: [...plan.change, { id: 'gone', title: 'X' }] }), {
      state: state(),
    });
    expect(shown).toBe(
      [
        'first (b): "First"',
        [
          'Changed:',
          'one "Design the schema"',
          '  - title: Design the schema',
          '  + title: Other',
          '  - body: Old body.',
          '  + body: New body.',
          '  - assignee: a',
          '  + assignee: b',
          '  + needs: [first, first]',
          '  + budget: 1',
          'two "Design the schema"',
          '  - needs: [one]',
          '  + needs: [one, T-2-boss-1]',
          'gone',
          '  + title: X',
        ].join('\n'),
        'No longer needed: two "Design the schema", x',
        '1 task. No task is completed yet: nothing is known of the cost.',
      ].join('\n\n'),
    );
    const { acts, text } = staged({ ...plan, cancel: [] }, state());
    expect(text).toBe(
      'Created T-2-boss-1. Changed one, two. You get the results of all parts of whole when they have ended.',
    );
    const { title, budget } = { title: 'Other', budget: 1_000_000 };
    expect(acts.slice(1)).toEqual([
      {
        id: 'one',
        fields: { title, assignee: 'b', needs: ['T-2-boss-1'], budget, status: 'assigned' },
        what: 'the plan changed title, assignee, needs, budget, body',
        body: 'New body.',
      },
      { id: 'two', fields: { needs: ['one', 'T-2-boss-1'], status: 'pending' }, what: 'the plan changed needs' },
      { id: 'whole', fields: {}, what: 'Created T-2-boss-1. Changed one, two.' },
    ]);
  });

  it('without new tasks shows no cost', () => {
    expect(previewPlan(read({ cancel: ['one'] }), { state: state() })).toBe(
      'No longer needed: one "Design the schema"',
    );
    const bare = previewPlan(read({ change: [{ id: 'two', body: 'New.' }] }), { state: state() });
    expect(bare).toBe('Changed:\ntwo "Design the schema"\n  + body: New.');
  });

  it.each<[object, string]>([
    [{ id: 'gone', title: 'X' }, '"gone" is no part of whole.'],
    [{ id: 'else', title: 'X' }, '"else" is no part of whole.'],
    [{ id: 'busy', title: 'X' }, 'busy is running: only what has not begun can be changed.'],
    [{ id: 'one', assignee: 'c' }, 'one: the chart does not let boss write to c'],
    [{ id: 'one', needs: ['two'] }, 'one: its needs form a circle: one → two → one'],
    [{ id: 'one', needs: ['nowhere'] }, 'one needs "nowhere", which is neither in the plan nor a task.'],
    [{ id: 'one', needs: ['whole'] }, 'one cannot need whole'],
    [{ id: 'one', capability: 'flying' }, 'has the capability "flying"'],
  ])('nothing that %j says', (change, why) => {
    expect(staged({ change: [change] }, state())).toMatchObject({ ok: false, text: expect.stringContaining(why) });
  });

  it('nothing into a circle with what it changes besides', () => {
    const change = [
      { id: 'two', needs: [] },
      { id: 'one', needs: ['two'] },
    ];
    expect(staged({ change }, state()).ok).toBe(true);
    expect(staged({ change: [...change].reverse() }, state()).text).toContain('circle');
  });
});

describe('what a plan is likely to cost', () => {
  const done = (id: string, cost: number, more: Partial<Task> = {}) => ({
    id,
    cost,
    status: 'completed' as const,
    ...more,
  });

  it('is known by completed tasks that are like its own, and by their budgets', () => {
    const state = withTasks(
      done('p', 100, { capability: 'poems' }),
      done('q', 300, { capability: 'poems' }),
      done('r', 1000, { assignee: 'b' }),
      { id: 's', cost: 9999, status: 'failed' },
    );
    const of = (...tasks: object[]) => likelyCost(state.tasks, read({ tasks }).plan.tasks);
    expect(of({ id: 'x', capability: 'poems' })).toEqual({ least: 100, most: 300, samples: 3 });
    expect(of({ id: 'x', assignee: 'b' })).toEqual({ least: 1000, most: 1000, samples: 3 });
    const two = [{ id: 'x' }, { id: 'y', assignee: 'c', budget: 0.0002 }];
    expect(of(...two)).toEqual({ least: 500, most: 1200, samples: 3 });
    expect(likelyCost(emptyState().tasks, [])).toBeNull();
    expect(alikeTo({ assignee: null, capability: null }, [], () => TASK).basis).toBe('none');
    expect(spreadOf([])).toBeNull();
    const shown = (...tasks: object[]) => previewPlan(read({ tasks }), { state });
    expect(shown(...two)).toContain('2 tasks. Likely cost: 0.0005 to 0.0012 credits, as 3 completed tasks did.');
    const one = withTasks(done('p', 1_000_000));
    expect(previewPlan(read({ tasks: [{ id: 'x' }] }), { state: one })).toBe(
      'x (the planner): "x"\n\n1 task. Likely cost: 1 credit, as 1 completed task did.',
    );
  });
});

it('a plan is shown as a tree of quoted titles, with what was put right', () => {
  const plan = read({
    tasks: [
      { name: 'b', title: 'Second', needs: ['a', 'a', 'T-1-x-1'], capability: 'poems' },
      { name: 'a', title: '1. b (human): "x"', assignee: 'a', colour: 'red' },
    ],
  });
  const state = withTasks({ id: 'T-1-x-1' });
  expect(previewPlan(plan, { state }).split('\n')).toEqual([
    'a (a): "1. b (human): \\"x\\""',
    '└─ b (whoever can "poems", after T-1-x-1): "Second"',
    '',
    'Put right: "colour" was left out, because a task has no such field; b needs a once',
    '',
    '2 tasks. No task is completed yet: nothing is known of the cost.',
  ]);
});

it('a person may take the goal from a task', () => {
  const task = { ...TASK, goal: 'birds' };
  const { goal: _, ...fields } = task;
  const edit = { by: 'human', fields, history: [] };
  const judged = judgeEdit(CONFIG, withTasks(task).tasks, task, [], edit);
  expect(judged).toMatchObject({ changed: ['goal'] });
  expect('task' in judged && 'goal' in judged.task).toBe(false);
  const renamed = { ...edit, fields: { ...task, title: 'Other' } };
  expect(judgeEdit(CONFIG, withTasks(task).tasks, task, [], renamed)).toMatchObject({ task: { goal: 'birds' } });
});

const somePlan = fc.array(
  fc.record({
    assignee: fc.constantFrom('human', 'boss', 'a', 'b', 'c', 'nobody', undefined),
    capability: fc.constantFrom(undefined, undefined, 'poems', 'dances'),
    back: fc.array(fc.nat(3), { maxLength: 3 }),
    outside: fc.constantFrom(null, null, null, null, 'open', 'bad', 'whole', 'gone'),
  }),
  { minLength: 1, maxLength: 9 },
);

it('whatever is proposed, no edge, limit or circle is passed', () => {
  const config = configOf({ ...PLAN, org: { limits: { tasks: 12, agent_tasks: 4 } } });
  let made = 0;
  fc.assert(
    fc.property(somePlan, (wanted) => {
      const state = withTasks(WHOLE, { id: 'open', assignee: 'a' }, { id: 'bad', status: 'failed' });
      const tasks = wanted.map(({ assignee, capability, back, outside }, i) => ({
        name: `t${i}`,
        assignee,
        capability,
        needs: [...back.flatMap((far) => (i > far ? `t${i - 1 - far}` : [])), ...(outside ? [outside] : [])],
      }));
      const done = staged({ tasks }, state, config);
      if (!done.ok) return;
      made++;
      for (const task of done.made) setTask(state.tasks, task);
      const { all, assigned, unassigned, children } = state.tasks;
      const open = [...assigned.values()].reduce((sum, ids) => sum + ids.size, unassigned.size);
      expect(open).toBeLessThanOrEqual(12);
      for (const ids of assigned.values()) expect(ids.size).toBeLessThanOrEqual(4);
      expect(children.get('whole')?.size).toBe(tasks.length);
      for (const one of all.values()) {
        expect(cycleFrom(one.id, (id) => all.get(id)?.needs ?? [])).toBeNull();
        expect(depthOf(one.id, (id) => all.get(id)?.parent ?? null)).toBeLessThanOrEqual(DEPTH);
        expect(['human', 'boss', 'a', 'b', null]).toContain(one.assignee);
        for (const need of one.needs) expect(['assigned', 'pending']).toContain(all.get(need)?.status);
      }
    }),
    { numRuns: FULL ? 10_000 : 500 },
  );
  expect(made).toBeGreaterThan(20);
});
