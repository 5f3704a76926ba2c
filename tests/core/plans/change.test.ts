import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import type { Task } from '../../../src/core/model/state/tasks.ts';
import { isUnbegun } from '../../../src/core/model/state/tasks.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { notePlanWish } from '../../../src/core/plans/asked.ts';
import { changeOf } from '../../../src/core/plans/change.ts';
import { readPlan } from '../../../src/core/plans/plan.ts';
import { coveredBy, previewPlan } from '../../../src/core/plans/preview.ts';
import { stagePlan } from '../../../src/core/plans/stage.ts';
import { cycleFrom } from '../../../src/core/tasks/cycle.ts';
import { printTask } from '../../../src/core/tasks/file.ts';
import { putTask } from '../../../src/core/tasks/record.ts';
import { settleTasks } from '../../../src/core/tasks/settle.ts';
import { CHILDREN } from '../../../src/core/tasks/valid.ts';
import { FULL } from '../../campaign/thin.ts';
import { TASK } from '../entries.ts';
import { configOf, letter, sceneOf } from '../world.ts';

const EDGES = { human: ['boss', 'a'], boss: ['a', 'b', 'human'], a: ['boss'], b: ['boss'], c: ['a'] };
const PLAN = { edges: EDGES, resumes: { a: { capabilities: ['poems'] }, c: { capabilities: ['dances'] } } };
const CONFIG = configOf({ ...PLAN, org: { limits: { tasks: 14, agent_tasks: 5 } } });
const MAIL = letter({ to: ['boss'], asks: 'plan', task: 'whole' });
const APPROVED = { id: 'A-1-boss-1' } as never;

const part = (id: string, more: Partial<Task> = {}): Task => ({
  ...TASK,
  id,
  title: id,
  by: 'boss',
  parent: 'whole',
  assignee: 'a',
  status: 'assigned',
  ...more,
});
/** A plan under way, and tasks of others around it. */
const TASKS: Task[] = [
  part('whole', { parent: null, assignee: 'boss', status: 'blocked', waits: ['done', 'busy', 'p0', 'p1', 'p2'] }),
  part('done', { status: 'completed' }),
  part('bad', { status: 'failed' }),
  part('busy', { status: 'running' }),
  part('p0', { needs: ['busy'] }),
  part('p1', { needs: ['p0', 'bad'], waived: ['bad'], assignee: 'b' }),
  part('p2', { needs: ['p1'], assignee: null, capability: 'poems', status: 'pending' }),
  part('mine', { by: 'human', needs: ['busy'] }),
  part('free', { by: 'human', parent: null, assignee: 'b', needs: ['p0'] }),
];
const IDS = [...TASKS.map(({ id }) => id), 'gone'];

function stateWith(tasks: readonly Task[] = TASKS): State {
  const state = emptyState();
  for (const task of tasks) putTask(state, task, printTask(task, `Do ${task.id}.`, ['- 1.1 boss: created']));
  notePlanWish(state, MAIL);
  return state;
}

function planOf(given: object) {
  const read = readPlan(given);
  if ('why' in read) throw new Error(read.why);
  return read;
}

/** Stages a plan for `whole`, and does what was staged. */
function done(state: State, given: object, more: object = {}) {
  const scene = sceneOf(CONFIG, 'boss', { state, approved: APPROVED, given: [MAIL], ...more });
  const staged = stagePlan(planOf(given), scene);
  if (!staged.ok) expect(scene.draft.tasks).toEqual([]);
  const effects = settleTasks(CONFIG, state, 2, [{ by: 'boss', tasks: scene.draft.tasks }], []);
  for (const effect of effects) apply(state, effect);
  return { ...staged, acts: scene.draft.tasks, all: state.tasks.all };
}

/** One time in so many what is wrong, or rarely wanted. */
const rarely = <T>(usual: readonly T[], wrong: readonly T[], oneIn: number): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: oneIn - 1, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  );
const anyId = rarely(['busy', 'done', 'p0', 'p1', 'p2', 'n0', 'n1'], IDS, 6);
const needs = fc.option(fc.array(anyId, { maxLength: 2 }), { nil: undefined, freq: 2 });
const who = {
  assignee: rarely<string | undefined>([undefined, 'a', 'b', 'boss', 'human'], ['c', 'nobody'], 20),
  capability: rarely<string | undefined>([undefined, undefined, undefined, 'poems'], ['dances'], 20),
};
const someChanges = fc.record({
  tasks: fc.array(fc.record({ ...who, needs }), { maxLength: 4 }),
  change: fc.uniqueArray(
    fc.record({
      id: rarely(['p0', 'p1', 'p2'], IDS, 10),
      ...who,
      needs,
      title: fc.constantFrom(undefined, 'Other'),
      body: fc.constantFrom(undefined, '', 'Otherwise.'),
      budget: fc.constantFrom(undefined, 0.5),
    }),
    { maxLength: 3, selector: ({ id }) => id },
  ),
  cancel: fc.uniqueArray(rarely(['p2', 'p2', 'p1', 'p0'], IDS, 8), { maxLength: 2 }),
});

it('whatever is changed, nothing begun is touched, and no edge, limit or loop is passed', () => {
  let made = 0;
  fc.assert(
    fc.property(someChanges, ({ tasks, change, cancel }) => {
      const state = stateWith();
      const given = { tasks: tasks.map((task, i) => ({ ...task, id: `n${i}`, title: `New ${i}` })), change, cancel };
      const read = readPlan(given);
      if ('why' in read) return;
      const before = new Map(state.tasks.all);
      expect(previewPlan(read, { state })).not.toContain('undefined');
      const scene = sceneOf(CONFIG, 'boss', { state, approved: APPROVED, given: [MAIL] });
      const isDone = stagePlan(read, scene).ok;
      for (const effect of settleTasks(CONFIG, state, 2, [{ by: 'boss', tasks: scene.draft.tasks }], []))
        apply(state, effect);
      const { all, assigned, unassigned, children } = state.tasks;
      if (!isDone) {
        expect(all).toEqual(before);
        return;
      }
      made++;
      for (const [id, task] of before) {
        const may = id.startsWith('p') || id === 'whole';
        if (!may) expect([id, all.get(id)]).toEqual([id, task]);
      }
      for (const { id, needs: wanted, status, assignee, by, waived } of all.values()) {
        expect(cycleFrom(id, (one) => all.get(one)?.needs ?? [])).toBeNull();
        expect([...Object.keys(EDGES).filter((name) => name !== 'c'), null]).toContain(assignee);
        expect(['boss', 'human']).toContain(by);
        expect(wanted).toEqual(expect.arrayContaining(waived));
        if (isUnbegun(status))
          for (const need of wanted)
            expect([
              id,
              need,
              waived.includes(need) ||
                ['completed', 'assigned', 'pending', 'running'].includes(`${all.get(need)?.status}`),
            ]).toEqual([id, need, true]);
      }
      // What is skipped was skipped by nobody: a plan that would do that is refused.
      expect([...all.values()].filter(({ status }) => status === 'skipped')).toEqual([]);
      const open = [...assigned.values()].reduce((sum, ids) => sum + ids.size, unassigned.size);
      expect(open).toBeLessThanOrEqual(14);
      for (const [agent, ids] of assigned) expect([agent, ids.size <= 5]).toEqual([agent, true]);
      for (const [, parts] of children) expect(parts.size).toBeLessThanOrEqual(CHILDREN);
      const whole = all.get('whole') as Task;
      const parts = [...(children.get('whole') ?? [])].map((id) => all.get(id) as Task);
      const left = parts.filter(
        ({ by, status }) => by === 'boss' && !['completed', 'failed', 'cancelled'].includes(status),
      );
      expect(new Set(whole.waits)).toEqual(new Set(left.map(({ id }) => id)));
      expect(whole.status).toBe('blocked');
    }),
    { numRuns: FULL ? 10_000 : 500 },
  );
  expect(made).toBeGreaterThan(FULL ? 1000 : 30);
});

it('the whole goes on at once when nothing is left for which it would wait', () => {
  const tasks = [part('whole', { parent: null, assignee: 'boss', status: 'blocked', waits: ['p0', 'b'] }), part('p0')];
  const { all, text } = done(stateWith(tasks), { cancel: ['p0'] });
  expect(text).toBe('Cancelled p0. whole comes to you when its parts have ended.');
  // it asked b
  expect(all.get('whole')).toMatchObject({ status: 'blocked', waits: ['b'] });
  const alone = [part('whole', { parent: null, assignee: 'boss', status: 'blocked', waits: ['p0'] }), part('p0')];
  expect(done(stateWith(alone), { cancel: ['p0'] }).all.get('whole')).toMatchObject({ status: 'running', waits: [] });
});

it('words of an agent that has read those of strangers taint what they change', () => {
  const state = stateWith();
  state.rights.tainted.set('boss', 'a page');
  expect(done(state, { change: [{ id: 'p0', body: 'New.' }] }).all.get('p0')?.tainted).toBe(true);
  expect(done(stateWith(), { change: [{ id: 'p0', body: 'New.' }] }).all.get('p0')?.tainted).toBeUndefined();
});

it('a waiver goes with the need that was waived', () => {
  expect(done(stateWith(), { change: [{ id: 'p1', needs: ['p0'] }] }).all.get('p1')).toMatchObject({ waived: [] });
});

it('differences are those of fields and of what is to be done', () => {
  const texts = stateWith().files.texts;
  const of = (change: object, task = part('p0')) =>
    changeOf(task, texts, planOf({ change: [{ id: task.id, ...change }] }).plan.change[0] as never).fields.map(
      ({ field }) => field,
    );
  expect(of({ title: 'p0', body: ' Do p0.\n', needs: [], assignee: 'a' })).toEqual([]);
  expect(of({ body: 'Other.' })).toEqual(['body']);
  expect(of({ body: 'Other.' }, part('unwritten'))).toEqual(['body']);
  expect(of({ capability: 'poems' })).toEqual(['capability', 'assignee']);
  expect(of({ assignee: 'b', capability: 'poems' })).toEqual(['assignee', 'capability']);
  expect(of({ assignee: 'b' }, part('p0', { capability: 'poems' }))).toEqual(['assignee', 'capability']);
});

it('an approval covers the tasks as they were shown', () => {
  const read = planOf({ change: [{ id: 'p0', assignee: 'b' }], cancel: ['p2', 'gone'] });
  const covers = (change: Partial<Task> = {}) =>
    coveredBy(read, sceneOf(CONFIG, 'boss', { state: stateWith([part('p0', change), part('p2')]) }));
  const shown = covers();
  expect(Object.keys(shown)).toEqual(['org/tasks/p0.md', 'org/tasks/p2.md']);
  expect(covers({ priority: 'high' })).toEqual(shown);
  for (const change of [{ title: 'Other' }, { assignee: 'boss' }]) expect(covers(change)).not.toEqual(shown);
});

it('limits count what goes as well as what comes', () => {
  const many = (n: number, more: object = {}) =>
    Array.from({ length: n }, (_, i) => ({ id: `n${i}`, title: 'N', assignee: 'boss', ...more }));
  // 7 tasks are open, of them 3 of a; 14 and 5 may be.
  const crowd = (n: number) =>
    [...many(4), ...many(n, { assignee: 'human' })].map((task, i) => ({ ...task, id: `n${i}` }));
  expect(done(stateWith(), { tasks: crowd(4) }).text).toContain('15 tasks would be open');
  expect(done(stateWith(), { tasks: crowd(4), cancel: ['p2'] }).ok).toBe(true);
  expect(done(stateWith(), { tasks: many(3, { assignee: 'a' }) }).text).toContain('a would have 6 open tasks');
  expect(
    done(stateWith(), { tasks: many(2, { assignee: 'a' }), change: [{ id: 'p1', assignee: 'a' }] }).text,
  ).toContain('a would have 6 open tasks');
  const moved = { tasks: many(3, { assignee: 'a' }), change: [{ id: 'p0', assignee: 'b' }] };
  expect(done(stateWith(), moved).ok).toBe(true);
});
