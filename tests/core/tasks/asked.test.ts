import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import type { Config } from '../../../src/core/model/config.ts';
import type { Effect } from '../../../src/core/model/entry.ts';
import { copyTasks, emptyTasks, setTask, type Task, type TasksState } from '../../../src/core/model/state/tasks.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import type { TaskAct } from '../../../src/core/model/tool.ts';
import type { Finished } from '../../../src/core/model/visit.ts';
import {
  archivable,
  assigneesFor,
  judgeAsked,
  needsToWaive,
  type TaskAsk,
  whyNotAsked,
} from '../../../src/core/tasks/asked.ts';
import { printTask } from '../../../src/core/tasks/file.ts';
import { taskEffects } from '../../../src/core/tasks/frozen.ts';
import { putTask } from '../../../src/core/tasks/record.ts';
import { settleTasks } from '../../../src/core/tasks/settle.ts';
import { TASK_VERBS } from '../../../src/schema/records/request.ts';
import { TASK } from '../entries.ts';
import { configOf, resumeOf, sceneOf } from '../world.ts';

const CONFIG = configOf({ edges: { human: ['a', 'b'], a: ['human'], b: ['human'] } });

function task(id: string, more: Partial<Task> = {}): Task {
  return { ...TASK, id, title: id, status: 'pending', assignee: null, ...more };
}

function tasks(...all: Task[]): TasksState {
  const state = emptyTasks();
  for (const one of all) setTask(state, one, 1);
  return state;
}

function ask(verb: TaskAsk['do'], more: Partial<TaskAsk> = {}): TaskAsk {
  return { ask: 'task', by: 'human', id: 'x', do: verb, note: '', ...more };
}

const judged = (known: Task, wish: TaskAsk, ...others: Task[]) => judgeAsked(CONFIG, tasks(known, ...others), wish);

describe('what a person asks of a task', () => {
  it.each([
    ['assign', { assignee: 'a' }, task('x'), { status: 'assigned', assignee: 'a' }, 'assigned to a'],
    [
      'reassign',
      { assignee: 'b' },
      task('x', { status: 'running', assignee: 'a' }),
      { status: 'assigned', assignee: 'b' },
      'reassigned from a to b',
    ],
    [
      'unassign',
      {},
      task('x', { status: 'assigned', assignee: 'a' }),
      { status: 'pending', assignee: null },
      'taken from a',
    ],
    ['start', {}, task('x', { status: 'assigned', assignee: 'a', next_attempt: 9 }), { status: 'running' }, 'started'],
    ['complete', { result: 'Done.' }, task('x', { status: 'running' }), { result: 'Done.' }, 'completed'],
    ['complete', {}, task('x', { status: 'blocked', result: 'Half.' }), { result: 'Half.' }, 'completed'],
    ['fail', { note: 'too hard' }, task('x'), { status: 'failed', reason: 'too hard' }, 'failed: too hard'],
    ['fail', {}, task('x'), { reason: 'failed by human' }, 'failed'],
    ['budget', { budget: 2_500_000 }, task('x'), { budget: 2_500_000 }, 'budget of 2.5 credits'],
    ['cancel', {}, task('x'), { status: 'cancelled', reason: 'cancelled by human' }, 'cancelled'],
    [
      'retry',
      {},
      task('x', { status: 'failed', attempts: 3, assignee: 'a' }),
      { status: 'assigned', attempts: 0 },
      'to be tried again',
    ],
    [
      'waive',
      { need: 'y', note: 'old' },
      task('x', { needs: ['y'], status: 'skipped' }),
      { waived: ['y'] },
      'y waived: old',
    ],
  ] as const)('%s %o is done', (verb, more, known, fields, what) => {
    expect(judged(known, ask(verb, more))).toEqual({ task: expect.objectContaining(fields), what });
  });

  const DONE = task('x', { status: 'completed', assignee: 'a' });
  it.each([
    ['assign', {}, task('x'), 'nobody is named'],
    ['assign', { assignee: 'b' }, task('x', { assignee: 'a', status: 'assigned' }), 'assigned to a: reassign it'],
    ['assign', { assignee: 'b' }, DONE, 'it is completed, and that is final'],
    ['assign', { assignee: 'c' }, task('x'), 'there is no agent c'],
    ['reassign', {}, task('x'), 'nobody is named'],
    ['reassign', { assignee: 'a' }, DONE, 'assigned to a already'],
    ['reassign', { assignee: 'b' }, DONE, 'that is final'],
    ['reassign', { assignee: 'b' }, task('x'), 'to nobody: assign it'],
    ['reassign', { assignee: 'b' }, task('x', { status: 'failed' }), 'retry it'],
    ['unassign', {}, task('x'), 'assigned to nobody'],
    ['unassign', {}, task('x', { status: 'failed', assignee: 'a' }), 'retry it'],
    ['start', {}, task('x'), 'assign it first'],
    ['start', {}, task('x', { status: 'running' }), 'running already'],
    ['start', {}, task('x', { status: 'failed' }), 'retry it'],
    ['start', {}, task('x', { status: 'assigned', assignee: 'a', needs: ['y'] }), 'it needs y (unknown)'],
    ['complete', {}, DONE, 'completed already'],
    ['complete', {}, task('x'), 'start it'],
    ['fail', {}, task('x', { status: 'failed' }), 'has failed already'],
    ['fail', {}, DONE, 'final'],
    ['budget', {}, task('x'), 'no amount is named'],
    ['budget', { budget: 1 }, DONE, 'it is completed'],
    ['cancel', {}, task('x', { status: 'cancelled' }), 'cancelled already'],
    ['cancel', {}, DONE, 'final'],
    ['retry', {}, task('x', { status: 'running' }), 'only a failed or skipped task'],
    ['waive', { note: 'w' }, task('x'), 'no need is named'],
    ['waive', { need: 'y' }, task('x', { needs: ['y'] }), 'a note must say why'],
    ['waive', { need: 'y', note: 'w' }, DONE, 'final'],
    ['waive', { need: 'y', note: 'w' }, task('x'), 'not among its needs'],
    ['waive', { need: 'y', note: 'w' }, task('x', { needs: ['y'], waived: ['y'] }), 'waived already'],
    ['waive', { need: 'z', note: 'w' }, task('x', { needs: ['z'] }), 'z is completed'],
    ['start', { id: 'gone' }, task('x'), 'there is no such task'],
  ] as const)('%s %o is refused', (verb, more, known, why) => {
    expect(judged(known, ask(verb, more), task('z', { status: 'completed' }))).toEqual({
      why: expect.stringContaining(why),
    });
  });

  it('of an archived task is refused', () => {
    const state = tasks();
    state.archived.set('x', 'completed');
    expect(judgeAsked(CONFIG, state, ask('retry'))).toEqual({ why: 'it is in the archive' });
  });

  it.each(['completed', 'cancelled'] as const)('never leaves a final status: %s', (status) => {
    for (const verb of ['assign', 'unassign', 'start', 'complete', 'fail', 'cancel', 'retry'] as const)
      expect(judged(task('x', { status, assignee: 'a' }), ask(verb, { assignee: 'b' }))).toHaveProperty('why');
  });
});

function stateOf(...all: Task[]): State {
  const state = emptyState();
  for (const one of all) putTask(state, one, printTask(one, '', []));
  return state;
}

const kinds = (effects: readonly Effect[]) => effects.map((effect) => effect.k);

describe('a freeze', () => {
  it('does in order what was asked, and each is judged after the ones before', () => {
    const state = stateOf(task('x'));
    state.tasks.asked.push(
      ask('complete'),
      ask('assign', { assignee: 'a' }),
      ask('start'),
      ask('complete', { result: 'R' }),
    );
    const effects = taskEffects(CONFIG, state, 2, []);
    expect(kinds(effects)).toEqual(['task', 'task-asked', 'notice', 'task-asked', 'task-asked', 'task-asked']);
    expect(effects[0]).toMatchObject({ task: { status: 'completed', result: 'R', assignee: 'a' } });
    expect((effects[0] as { text: string }).text).toContain(
      '- 2.1 human: assigned to a\n- 2.2 human: started\n- 2.3 human: completed\n',
    );
    expect(effects[1]).toMatchObject({ refused: expect.stringContaining('start it') });
    expect(effects[2]).toMatchObject({ to: 'human', text: expect.stringContaining('lemming task complete x') });
  });

  it('skips what needs a task that a person lets fail, and brings it back', () => {
    const state = stateOf(task('x'), task('y', { needs: ['x'] }));
    state.tasks.asked.push(ask('fail'));
    expect(taskEffects(CONFIG, state, 2, [])).toMatchObject([
      { task: { id: 'x' } },
      { task: { status: 'skipped' } },
      {},
    ]);
  });
});

describe('work of an agent that is gone', () => {
  it('is taken from it, unless a person ended it or gave it away in the same turn', () => {
    const names = ['x', 'ended', 'moved'];
    const state = stateOf(...names.map((id) => task(id, { status: 'running', assignee: 'gone' })));
    state.tasks.asked.push(ask('complete', { id: 'ended' }), ask('reassign', { id: 'moved', assignee: 'b' }));
    const lines = taskEffects(CONFIG, state, 2, []).filter((effect) => effect.k === 'task');
    const now = Object.fromEntries(lines.map(({ task: { id, status, assignee } }) => [id, `${status} ${assignee}`]));
    expect(now).toEqual({ x: 'assigned a', ended: 'completed gone', moved: 'assigned b' });
  });
});

describe('a person skips a task by hand', () => {
  it('and so all that needs it, until it is tried again', () => {
    const state = stateOf(task('x', { status: 'skipped' }), task('y', { needs: ['x'] }), task('z', { needs: ['y'] }));
    const line = { k: 'task-file', id: 'x', by: 'human', text: '', found: '', what: 'changed' } as const;
    const skipped = { ...line, task: task('x', { status: 'skipped' }), before: 'pending' } as const;
    const effects = taskEffects(CONFIG, state, 2, [skipped]);
    expect(effects).toMatchObject([
      { task: { id: 'x', status: 'skipped' } },
      { task: { id: 'y', status: 'skipped', reason: 'upstream:x' } },
      { task: { id: 'z', status: 'skipped', reason: 'upstream:x' } },
    ]);
    for (const effect of effects) apply(state, effect);
    state.tasks.asked.push(ask('retry'));
    const again = taskEffects(CONFIG, state, 3, []).filter(({ k }) => k === 'task');
    expect(again).toMatchObject(['x', 'y', 'z'].map((id) => ({ task: { id, reason: null } })));
  });
});

describe('a turn in which work ends badly', () => {
  const { draft } = sceneOf(CONFIG, 'a');
  const visit = (agent: string, acts: TaskAct[]): Finished => ({
    agent,
    resume: resumeOf(CONFIG, agent),
    outcome: 'ok',
    given: [],
    told: 0,
    answers: [],
    draft: { ...draft, tasks: acts },
    summary: false,
  });

  it('skips what an agent made, or made wait for it, in the same turn', () => {
    const state = stateOf(
      task('x', { status: 'running', assignee: 'b' }),
      task('own', { status: 'running', assignee: 'a' }),
    );
    const made = task('T-2-a-1', { needs: ['x'], assignee: 'a', status: 'assigned' });
    const after = task('T-2-a-2', { needs: ['T-2-a-1'], assignee: 'a', status: 'assigned' });
    const effects = settleTasks(
      CONFIG,
      state,
      2,
      [],
      [
        visit('a', [
          { task: made, body: '' },
          { task: after, body: '' },
          { id: 'own', fields: { needs: ['x'], status: 'assigned' }, what: 'waits' },
        ]),
        visit('b', [{ id: 'x', fields: { status: 'failed', reason: 'no' }, what: 'failed' }]),
      ],
    );
    const lines = effects.filter((effect) => effect.k === 'task');
    expect(Object.fromEntries(lines.map(({ task: { id, status, reason } }) => [id, `${status} ${reason}`]))).toEqual({
      'T-2-a-1': 'skipped upstream:x',
      'T-2-a-2': 'skipped upstream:x',
      own: 'skipped upstream:x',
      x: 'failed no',
    });
  });

  it('leaves nothing waiting for what had failed before the wait began', () => {
    const state = stateOf(task('x', { status: 'failed' }), task('own', { status: 'running', assignee: 'a' }));
    const act: TaskAct = { id: 'own', fields: { needs: ['x'], status: 'assigned' }, what: 'waits' };
    const after: TaskAct = { task: task('T-2-a-1', { needs: ['own'] }), body: '' };
    const lines = settleTasks(CONFIG, state, 2, [], [visit('a', [act, after])]);
    expect(lines).toMatchObject([
      { task: { id: 'own', status: 'skipped', reason: 'upstream:x' } },
      { task: { id: 'T-2-a-1', status: 'skipped', reason: 'upstream:own' } },
    ]);
  });
});

describe('the archive', () => {
  it('takes finished tasks that no open task needs and that have no open part', () => {
    const state = tasks(
      task('done', { status: 'completed' }),
      task('needed', { status: 'completed' }),
      task('open', { needs: ['needed'], parent: 'whole' }),
      task('whole', { status: 'failed' }),
      task('over', { status: 'cancelled', needs: ['done'], parent: 'done' }),
    );
    expect(archivable(state, 11, 10)).toEqual(['done', 'over']);
    expect(archivable(state, 10, 10)).toEqual([]);
    setTask(state, task('done', { status: 'completed', title: 'Later' }), 5);
    expect(archivable(state, 11, 10)).toEqual(['done', 'over']);
  });

  it('takes what is old, or what a person asked for, but nothing that changes in the same turn', () => {
    const state = stateOf(task('x', { status: 'failed' }), task('y', { status: 'cancelled' }));
    expect(kinds(taskEffects(CONFIG, state, 100, []))).toEqual([]);
    expect(kinds(taskEffects(CONFIG, state, 101, []))).toEqual(['task-archived', 'task-archived']);
    state.tasks.asked.push({ ask: 'archive-tasks', by: 'human', older: 1 }, ask('retry'));
    expect(kinds(taskEffects(CONFIG, state, 2, []))).toEqual(['task', 'task-asked', 'task-asked', 'task-archived']);
    const never = { ...CONFIG, org: { tasks: { archive_after: null } } } as unknown as Config;
    expect(kinds(taskEffects(never, stateOf(task('x', { status: 'failed' })), 900, []))).toEqual([]);
  });

  it('forgets when a task ended that is tried again', () => {
    const state = tasks(task('x', { status: 'failed' }));
    setTask(state, task('x'), 3);
    expect(archivable(state, 99, 0)).toEqual([]);
  });
});

describe('what can be asked of a task', () => {
  const why = (known: TasksState, verb: TaskAsk['do']) =>
    whyNotAsked(CONFIG, known, { id: 'x', do: verb, by: 'human' });

  it('is judged as the request would be, with whatever it would name', () => {
    const open = tasks(task('x', { needs: ['y'] }), task('y'));
    const verbs = TASK_VERBS.filter((verb) => why(open, verb) === null);
    expect(verbs).toEqual(['assign', 'fail', 'cancel', 'waive', 'budget']);
    expect(why(open, 'complete')).toBe('it is pending: start it before it is completed');
    expect(needsToWaive(open, 'x')).toEqual(['y']);
    const running = tasks(task('x', { status: 'running', assignee: 'a' }));
    expect(TASK_VERBS.filter((verb) => why(running, verb) === null)).toEqual([
      ...['unassign', 'reassign', 'complete', 'fail', 'cancel', 'budget'],
    ]);
    expect(assigneesFor(CONFIG, running, { id: 'x', by: 'human' })).toEqual(['human', 'b']);
    expect(TASK_VERBS.filter((verb) => why(tasks(task('x', { status: 'failed' })), verb) === null)).toEqual(['retry']);
  });

  it('is nothing where there is no such task', () => {
    expect(why(emptyTasks(), 'start')).toBe('there is no such task');
    expect(needsToWaive(emptyTasks(), 'x')).toEqual([]);
  });

  it('leaves the tasks as they are: a copy changes alone', () => {
    const state = tasks(task('x', { needs: ['y'] }), task('y', { assignee: 'a' }));
    const copy = copyTasks(state);
    setTask(copy, task('x', { needs: [], status: 'cancelled' }), 2);
    setTask(copy, task('y', { assignee: 'b', parent: 'x' }), 2);
    expect(state).toEqual(tasks(task('x', { needs: ['y'] }), task('y', { assignee: 'a' })));
    expect([...(copy.assigned.get('b') ?? [])]).toEqual(['y']);
  });
});
