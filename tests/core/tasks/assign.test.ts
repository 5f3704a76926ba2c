import { describe, expect, it } from 'vitest';
import { byAge } from '../../../src/core/model/maps/open-tasks.ts';
import { setTask, type Task } from '../../../src/core/model/state/tasks.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { assignmentFor, isAble, whyNobody } from '../../../src/core/tasks/assign.ts';
import { workFor } from '../../../src/core/tasks/work.ts';
import { atRest, idleness, scheduleTurn } from '../../../src/core/turn/schedule.ts';
import { EVERY, TASK } from '../entries.ts';
import { configOf, sent, stateOf } from '../world.ts';

const EDGES = { human: ['a', 'b', 'c'], a: ['human', 'b'], b: ['human'], c: ['human'] };
const ABLE = { capabilities: ['poems'] };
const PLAN = { edges: EDGES, resumes: { human: ABLE, a: ABLE, b: ABLE } };
const none = () => 0;

function withTasks(...tasks: Partial<Task>[]): State {
  const state = emptyState();
  for (const task of tasks) setTask(state.tasks, { ...TASK, ...task });
  return state;
}

describe('a task that nobody has', () => {
  const config = configOf(PLAN);
  const to = (task: Partial<Task>, open: (agent: string) => number = none, state = emptyState(), given = config) =>
    assignmentFor(given, state, { ...TASK, ...task }, open)?.to ?? null;

  it('goes to the first of those that have its capability, or to one with fewer tasks', () => {
    expect(to({ capability: 'poems', by: 'human' })).toBe('human');
    expect(to({ capability: 'poems', by: 'human' }, (agent) => (agent === 'b' ? 0 : 1))).toBe('b');
    expect(to({ capability: 'dances', by: 'human' })).toBeNull();
    expect(isAble(config, 'nobody', 'poems')).toBe(false);
  });

  it('goes only where its author may write', () => {
    expect(to({ capability: 'poems', by: 'a' }, (agent) => (agent === 'b' ? 0 : 1))).toBe('b');
    expect(to({ capability: 'poems', by: 'c' }, none)).toBe('human');
    expect(to({ capability: null, by: 'b' })).toBeNull();
  });

  it('does not go to an agent that is paused', () => {
    const paused = stateOf({ ...EVERY.request, request: { ask: 'pause', by: 'human', agent: 'a' } });
    expect(to({ capability: 'poems', by: 'human' }, (agent) => (agent === 'human' ? 9 : 0), paused)).toBe('b');
  });

  it('waits, and it is told why', () => {
    const why = (task: Partial<Task>) => whyNobody(config, emptyState(), { ...TASK, assignee: null, ...task });
    expect(why({ capability: 'poems', by: 'human' })).toBeNull();
    expect(why({ assignee: 'a', capability: 'dances' })).toBeNull();
    expect(why({ capability: 'dances', by: 'human' })).toBe('nobody who can work now has the capability dances');
    expect(why({ capability: null, by: 'b' })).toBe('nobody can be given it: name an assignee or a capability');
  });

  it('goes to whoever plans, when it names no capability', () => {
    const planned = (org: Record<string, unknown>, files: Record<string, string> = {}) =>
      to({ capability: null }, none, emptyState(), configOf({ ...PLAN, org, files }));
    expect(planned({})).toBe('a');
    expect(planned({ tasks: { planner: 'c' } })).toBe('c');
    expect(planned({}, { 'org/units/crew.md': '---\nname: Crew\nhead: b\nmembers: [b]\n---\n' })).toBe('b');
  });
});

describe('the task of the next visit', () => {
  const chosen = (...tasks: Partial<Task>[]) => workFor(withTasks(...tasks), 'a', 5)?.id ?? null;

  it.each([
    ['none without tasks', [], null],
    ['none that is not ready', [{ id: 'x', needs: ['y'] }], null],
    ['the one with the highest priority', [{ id: 'x' }, { id: 'y', priority: 'high' }], 'y'],
    [
      'else the oldest',
      [
        { id: 'x', turn: 3 },
        { id: 'y', turn: 2 },
      ],
      'y',
    ],
    [
      'the one that runs',
      [
        { id: 'x', priority: 'urgent' },
        { id: 'y', status: 'running' },
      ],
      'y',
    ],
    ['none that is blocked', [{ id: 'x', status: 'blocked', waits: ['b'] }], null],
  ] as [string, Partial<Task>[], string | null][])('is %s', (_what, tasks, id) => {
    expect(chosen(...tasks)).toBe(id);
  });

  it('is a blocked one when somebody for whom it waits has written', () => {
    const state = stateOf(sent({ from: 'b', to: ['a'] }));
    setTask(state.tasks, { ...TASK, status: 'blocked', waits: ['b'] });
    expect(workFor(state, 'a', 5)?.id).toBe('schema');
  });

  it('tasks are ordered by age, and by the number in their names', () => {
    const all = [
      { id: 'T-3-a-10', turn: 3 },
      { id: 'T-3-a-2', turn: 3 },
      { id: 'b', turn: 2 },
      { id: 'a', turn: 2 },
    ];
    expect(all.sort(byAge).map(({ id }) => id)).toEqual(['a', 'b', 'T-3-a-2', 'T-3-a-10']);
  });
});

describe('an organisation with tasks', () => {
  const config = configOf({ ...PLAN, resumes: { ...PLAN.resumes, a: { ...ABLE, schedule: { every: 4 } } } });

  it('is busy while somebody can work, now or later, or a task can be given away', () => {
    expect(idleness(config, withTasks({}))).toBe('busy');
    expect(idleness(config, withTasks({ next_attempt: 99 }))).toBe('busy');
    expect(idleness(config, withTasks({ status: 'pending', assignee: null }))).toBe('busy');
    expect(idleness(config, withTasks({ status: 'pending', assignee: null, capability: 'dances' }))).toBe('idle');
    expect(idleness(config, withTasks({ status: 'pending', assignee: null, needs: ['y'] }))).toBe('idle');
    expect(idleness(config, withTasks({ assignee: 'human' }))).toBe('idle');
    expect(idleness(config, withTasks({ status: 'completed' }))).toBe('idle');
  });

  it('is not at rest while a deadline runs', () => {
    const open = { assignee: 'human' };
    expect(atRest(config, withTasks(open))).toBe(true);
    expect(atRest(config, withTasks({ ...open, budget: 5 }))).toBe(true);
    expect(atRest(config, withTasks({ ...open, deadline: '3 turns' }))).toBe(false);
  });

  it('says why an agent is due, or when it works next', () => {
    const due = (turn: number) => scheduleTurn(config, withTasks({}), turn).find(({ agent }) => agent === 'a');
    expect(due(4)).toMatchObject({ due: true, why: 'works on task schema' });
    expect(due(5)).toMatchObject({ due: false, later: true, why: 'task schema waits for turn 8 (every 4)' });
  });
});
