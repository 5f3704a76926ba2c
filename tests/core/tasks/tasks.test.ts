import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kind as taskLine } from '../../../src/core/journal/kinds/tasks/task.ts';
import { kind as taskFileLine } from '../../../src/core/journal/kinds/tasks/task-file.ts';
import type { Config } from '../../../src/core/model/config.ts';
import { serializeState } from '../../../src/core/model/state/pieces.ts';
import { archiveTask, emptyTasks, setTask, type Task, type TasksState } from '../../../src/core/model/state/tasks.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { judgeEdit, judgeNew, type TaskEdit, TaskEdits } from '../../../src/core/tasks/edit.ts';
import { patchTask, printTask, splitTask, TASK_FIELDS, taskPath } from '../../../src/core/tasks/file.ts';
import { isReady, rankOf, whyNotReady } from '../../../src/core/tasks/ready.ts';
import { putTask, TaskRecord } from '../../../src/core/tasks/record.ts';
import { backOff, whyNoStep } from '../../../src/core/tasks/steps.ts';
import { TASK_STATUSES, type TaskFields } from '../../../src/schema/records/task.ts';
import { TASK } from '../entries.ts';

const CONFIG = {
  order: ['human', 'a', 'b', 'planner'],
  agents: new Map<string, object>([
    ['human', { person: true }],
    ['a', {}],
    ['b', {}],
    ['planner', {}],
  ]),
  sendTo: new Map([['human', { all: true, names: new Set() }]]),
  readFrom: new Map(['a', 'planner'].map((name) => [name, { all: true, names: new Set() }])),
} as unknown as Config;

function task(id: string, more: Partial<Task> = {}): Task {
  return { ...TASK, id, title: id, status: 'pending', assignee: null, ...more };
}

const MADE = { id: 'x', turn: 3, since: 7, by: 'human' };

function tasks(...all: Task[]): TasksState {
  const state = emptyTasks();
  for (const one of all) setTask(state, one);
  return state;
}

const costs = (of: TasksState) => ({ ...emptyState(), tasks: of });

const fieldsOf = (made: Task): TaskFields =>
  Object.fromEntries(TASK_FIELDS.map((field) => [field, made[field]])) as unknown as TaskFields;

describe('a task is ready', () => {
  it('when every need is completed or waived, and its next attempt has come', () => {
    const state = tasks(task('x'), task('y', { status: 'completed' }), task('z', { needs: ['x', 'y'], waived: ['x'] }));
    expect(isReady(costs(state), state.all.get('z') as Task, 1)).toBe(true);
    expect(whyNotReady(costs(state), task('q', { needs: ['x', 'gone'], next_attempt: 5 }), 4)).toEqual([
      'it needs x, which is pending',
      'it needs gone, which does not exist',
      'it is tried again in turn 5',
    ]);
    expect(isReady(costs(state), task('q', { next_attempt: 5 }), 5)).toBe(true);
    expect(whyNotReady(costs(state), task('q', { status: 'running' }), 5)).toEqual(['it is running']);
  });

  it('when what it needs was completed and archived', () => {
    const state = tasks(task('x', { status: 'completed' }), task('y', { needs: ['x'] }));
    archiveTask(state, 'x');
    expect(isReady(costs(state), state.all.get('y') as Task, 1)).toBe(true);
  });

  it('in the order of its priority, which it may inherit', () => {
    const state = tasks(
      task('x', { priority: 'low', priority_from: 'inherit_max' }),
      task('y', { needs: ['x'] }),
      task('z', { needs: ['y'], priority: 'urgent' }),
    );
    setTask(state, task('w', { needs: ['x', 'y'] }));
    setTask(state, task('v', { needs: ['w', 'y'] }));
    expect(rankOf(state, state.all.get('x') as Task)).toBe(3);
    expect(rankOf(state, state.all.get('y') as Task)).toBe(1);
  });
});

describe('the steps of a task', () => {
  it('never leave completed or cancelled, and leave failed and skipped only by a retry', () => {
    for (const from of ['completed', 'cancelled'] as const)
      for (const to of TASK_STATUSES) expect(whyNoStep(from, to) === null).toBe(from === to);
    for (const from of ['failed', 'skipped'] as const)
      for (const to of TASK_STATUSES) expect(whyNoStep(from, to) === null).toBe(from === to || to === 'pending');
    expect(whyNoStep('pending', 'completed')).toContain('start it');
    expect(whyNoStep('pending', 'blocked')).toContain('cannot become blocked');
  });

  it('wait 1, 2, 4 and at most 32 turns after failed attempts', () => {
    expect([1, 2, 3, 6, 7, 40].map(backOff)).toEqual([1, 2, 4, 32, 32, 32]);
  });
});

describe('the file of a task', () => {
  it('keeps what a person wrote, and changes only the fields that changed', () => {
    const text = '---\ntitle: X   # mine\nneeds:\n  - a\n  - b\nbudget: 2\n---\nDo it.\n';
    const before = { ...fieldsOf(task('x', { title: 'X', needs: ['a', 'b'], budget: 2_000_000 })) };
    const after = { ...before, needs: ['a'], budget: 2_500_000, status: 'failed' as const, reason: 'no: luck' };
    expect(patchTask(text, after, before, ['- 2.1 human: failed'])).toBe(
      '---\ntitle: X   # mine\nneeds: [a]\nbudget: 2.5\nstatus: failed\nreason: "no: luck"\n---\nDo it.\n\n## History\n\n- 2.1 human: failed\n',
    );
  });

  it('is printed whole where it has no front matter', () => {
    const fields = fieldsOf(task('x'));
    const costly = { ...fields, budget: 500_000 };
    expect(patchTask(printTask(costly, '', []), fields, costly, [])).toContain('budget: null\n');
    expect(patchTask('Do it.', fields, fields, [])).toBe('---\ntitle: x\nstatus: pending\n---\nDo it.\n');
    expect(printTask(fields, '', [])).toBe('---\ntitle: x\nstatus: pending\n---\n');
  });

  it('is split whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { body, history } = splitTask(text);
        expect(typeof body).toBe('string');
        expect(history.every((line) => line.startsWith('- '))).toBe(true);
      }),
    );
  });
});

describe('an edit by hand', () => {
  const judge = (known: Task, change: Partial<TaskFields>, ...others: Task[]) =>
    judgeEdit(CONFIG, tasks(known, ...others), known, [], {
      by: 'human',
      fields: { ...fieldsOf(known), ...change },
      history: [],
    });

  it.each([
    [task('x', { status: 'completed' }), { status: 'pending' }, 'final'],
    [task('x'), { cost: 5 }, 'engine alone'],
    [task('x'), { needs: ['y'] }, 'circle: x → y → x'],
    [task('x'), { parent: 'x' }, 'part of itself'],
    [task('x'), { parent: 'y' }, null],
    [task('x'), { goal: 'pages' }, null],
    [task('x', { goal: 'pages' }), { goal: undefined }, null],
    [task('x'), { parent: 'p' }, 'it would be a part of itself: x → p → x'],
    [task('x', { status: 'running', assignee: 'a' }), { assignee: 'planner' }, null],
    [task('x'), { assignee: 'planer' }, 'did you mean planner?'],
    [task('x'), { assignee: 'b' }, 'the chart does not let human write to b'],
    [task('x'), { waived: ['y'] }, 'not among its needs'],
    [task('x'), { status: 'assigned' }, 'name an assignee'],
    [task('x', { needs: ['z'] }), { status: 'running' }, 'it needs z (unknown)'],
    [task('x'), { title: 'Better' }, null],
    [
      task('x', { status: 'skipped', needs: ['f'] }),
      { status: 'pending' },
      'it needs f (failed): retry or waive that first',
    ],
    [task('x', { needs: ['f'] }), { title: 'Better' }, null],
    [task('x'), { needs: ['f'] }, 'it needs f (failed)'],
    [task('x', { needs: ['y2'] }), { needs: ['f'] }, 'it needs f (failed)'],
    [task('x', { needs: ['f'], waived: ['f'] }), { waived: [] }, 'it needs f (failed)'],
  ] as const)('of %o by %o', (known, change, why) => {
    const judged = judge(
      known,
      change as Partial<TaskFields>,
      task('y', { needs: ['x'] }),
      task('p', { parent: 'x' }),
      task('f', { status: 'failed' }),
    );
    if (why === null) expect(judged).not.toHaveProperty('why');
    else expect(judged).toMatchObject({ why: expect.stringContaining(why) });
  });

  it('that names an assignee assigns it, and one that retries begins anew', () => {
    expect(judge(task('x'), { assignee: 'a' })).toMatchObject({ task: { status: 'assigned' } });
    expect(judge(task('x', { status: 'running', assignee: 'a' }), { assignee: null })).toMatchObject({
      task: { status: 'pending' },
    });
    expect(
      judge(task('x', { status: 'failed', assignee: 'a', attempts: 3, reason: 'no' }), { status: 'pending' }),
    ).toMatchObject({
      task: { status: 'assigned', attempts: 0, reason: null },
    });
    expect(judge(task('x', { status: 'failed' }), { assignee: 'a' })).toMatchObject({ task: { status: 'failed' } });
    expect(judge(task('x', { status: 'skipped' }), { status: 'pending' })).toMatchObject({
      task: { status: 'pending' },
    });
  });

  it('that gives work under way more to wait for stops it until then', () => {
    const open = task('later');
    const running = task('x', { status: 'running', assignee: 'a' });
    expect(judge(running, { needs: ['later'] }, open)).toMatchObject({ task: { status: 'assigned' } });
    const blocked = task('x', { status: 'blocked', waits: ['b'] });
    expect(judge(blocked, { needs: ['later'] }, open)).toMatchObject({ task: { status: 'pending', waits: [] } });
    const waived = task('x', { status: 'running', assignee: 'a', needs: ['later'], waived: ['later'] });
    expect(judge(waived, { waived: [] }, open)).toMatchObject({ task: { status: 'assigned' } });
    expect(judge(running, { needs: ['done'] }, task('done', { status: 'completed' }))).toMatchObject({
      task: { status: 'running' },
    });
    expect(judge(running, { needs: ['f'] }, task('f', { status: 'failed' }))).toMatchObject({
      why: expect.stringContaining('it needs f (failed)'),
    });
    expect(judge(blocked, { status: 'running', needs: ['later'] }, open)).toMatchObject({
      why: expect.stringContaining('it needs later (pending)'),
    });
  });

  it('may add to the history, and change nothing in it', () => {
    const known = task('x');
    const state = tasks(known);
    const edit = (history: string[]) =>
      judgeEdit(CONFIG, state, known, ['- 1.1 human: created'], { by: 'human', fields: fieldsOf(known), history });
    expect(edit(['- 1.1 human: created', '- mine'])).toHaveProperty('task');
    expect(edit([])).toHaveProperty('task');
    expect(edit(['- 1.1 human: made'])).toMatchObject({ why: 'its history can only be added to' });
  });

  it('of an older version changes nothing that only the engine changed', () => {
    const before = task('x', { status: 'assigned', assignee: 'a' });
    const now = { ...before, status: 'completed' as const, result: 'Done.' };
    const state = tasks(now);
    state.before.set('x', before);
    const edit = { by: 'human', fields: { ...fieldsOf(before), title: 'Better' }, history: [] };
    expect(judgeEdit(CONFIG, state, now, ['- 1.1 a: completed'], edit)).toEqual({
      task: { ...now, title: 'Better' },
      changed: ['title'],
    });
  });

  it('of an older version does not take back what a person changed after the engine', () => {
    const state = emptyState();
    const created = task('x', { title: 'Old', status: 'assigned', assignee: 'a' });
    const running: Task = { ...created, status: 'running' };
    const renamed: Task = { ...running, title: 'New', priority: 'high' };
    const line = { turn: 4, text: '', by: 'engine', why: '' };
    setTask(state.tasks, created);
    taskLine.apply(state, { ...line, k: 'task', was: 'assigned', lines: 1, task: running });
    taskFileLine.apply(state, { ...line, k: 'task-file', path: taskPath('x'), task: renamed } as never);
    const edit: TaskEdit = { by: 'human', fields: { ...fieldsOf(created), priority: 'low' }, history: [] };
    expect(judgeEdit(CONFIG, state.tasks, renamed, ['- 4.1 engine: started'], edit)).toEqual({
      task: { ...renamed, priority: 'low' },
      changed: ['priority'],
    });
  });

  it('is limited in depth, parts and keys', () => {
    const chain = Array.from({ length: 40 }, (_, i) => task(`t${i}`, { parent: i === 0 ? null : `t${i - 1}` }));
    expect(judge(task('x'), { parent: 't32' }, ...chain)).toMatchObject({ why: expect.stringContaining('levels') });
    expect(judge(task('x'), { parent: 't10' }, ...chain)).toHaveProperty('task');
    const parts = Array.from({ length: 100 }, (_, i) => task(`p${i}`, { parent: 'y' }));
    expect(judge(task('x'), { parent: 'y' }, task('y'), ...parts)).toMatchObject({
      why: expect.stringContaining('100 parts'),
    });
    const made = judgeNew(CONFIG, tasks(task('y', { key: 'k' })), MADE, fieldsOf(task('x', { key: 'k' })));
    expect(made).toMatchObject({ why: expect.stringContaining('belongs to y') });
  });
});

describe('files that are found together', () => {
  const edits = (...known: Task[]) => {
    const state = emptyState();
    for (const one of known) putTask(state, one, printTask(one, '', []));
    return new TaskEdits(CONFIG, state, { turn: 3, time: 7 });
  };
  const text = '---\ntitle: T\n---\n';

  it('are judged one after the other: keys, circles, parts', () => {
    const found = edits(task('p'));
    const take = (id: string, more: Partial<Task>) => found.take(id, fieldsOf(task(id, more)), text);
    expect(take('a', { key: 'k' })).toHaveProperty('task');
    expect(take('b', { key: 'k' })).toMatchObject({ why: expect.stringContaining('belongs to a') });
    expect(take('c', { needs: ['d'] })).toHaveProperty('task');
    expect(take('d', { needs: ['c'] })).toMatchObject({ why: expect.stringContaining('circle') });
    for (let n = 0; n < 100; n++) expect(take(`p${n}`, { parent: 'p' })).toHaveProperty('task');
    expect(take('one-more', { parent: 'p' })).toMatchObject({ why: expect.stringContaining('100 parts') });
  });

  it('say what was changed, and who is taken to have done it', () => {
    const known = task('x', { assignee: 'a', status: 'assigned' });
    const found = edits(known);
    const say = (more: Partial<Task>) =>
      (found.take('x', fieldsOf({ ...known, ...more }), text) as { what: string }).what;
    expect(say({})).toBe('changed the text');
    expect(say({ status: 'running' })).toBe('assigned → running');
    expect(say({ status: 'blocked', retries: 5 })).toBe('running → blocked; changed retries');
    expect(found.deleted(known)).toMatchObject({ by: 'human', found: null, task: null, refused: expect.any(String) });
    const nobody = { ...CONFIG, order: ['a'] };
    expect(
      new TaskEdits(nobody, emptyState(), { turn: 1, time: 0 }).take('y', fieldsOf(task('y')), text),
    ).toMatchObject({
      by: 'nobody',
      what: 'created',
    });
    expect(found.take('z', fieldsOf(task('z', { assignee: 'a' })), text)).toMatchObject({
      what: 'created, assigned to a',
    });
  });

  it('leave the state as it was', () => {
    const known = task('x', { needs: ['y'], parent: 'p', key: 'old' });
    const state = emptyState();
    putTask(state, known, printTask(known, '', []));
    const before = serializeState(state);
    const found = new TaskEdits(CONFIG, state, { turn: 3, time: 7 });
    const fields = { ...fieldsOf(known), needs: ['z'], parent: 'q' };
    expect(found.take('x', fields, text)).toMatchObject({ task: { needs: ['z'], parent: 'q' } });
    expect(found.take('new', fieldsOf(task('new', { needs: ['y', 'z'], parent: 'p' })), text)).toHaveProperty('task');
    expect(serializeState(state)).toEqual(before);
  });
});

describe('a new task', () => {
  const make = (more: Partial<Task>, state = tasks()) => judgeNew(CONFIG, state, MADE, fieldsOf(task('x', more)));

  it('begins as pending, or as assigned', () => {
    expect(make({})).toMatchObject({ task: { id: 'x', status: 'pending', turn: 3, by: 'human', hops: 0 } });
    expect(make({ assignee: 'a' })).toMatchObject({ task: { status: 'assigned' } });
    expect(make({ status: 'completed' })).toMatchObject({ why: expect.stringContaining('begins as pending') });
    expect(make({ attempts: 1 })).toMatchObject({ why: expect.stringContaining('engine alone') });
    expect(make({ assignee: 'nobody' })).toMatchObject({ why: 'there is no agent nobody' });
  });

  it('takes no id of an archived one', () => {
    const state = tasks(task('x', { status: 'completed' }));
    archiveTask(state, 'x');
    archiveTask(state, 'x');
    expect(make({}, state)).toMatchObject({ why: expect.stringContaining('was there before') });
  });
});

describe('what follows from a failure', () => {
  /** Tasks that need only earlier ones, so that there is no circle. */
  const plans = fc
    .array(fc.array(fc.record({ need: fc.nat(30), waived: fc.boolean() }), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 30,
    })
    .map((all) =>
      all.map((some, i) => {
        const needs = new Map(some.filter(({ need }) => need < i).map(({ need, waived }) => [`t${need}`, waived]));
        const waived = [...needs].flatMap(([need, isWaived]) => (isWaived ? need : []));
        return task(`t${i}`, { needs: [...needs.keys()], waived });
      }),
    );

  it('is that all that need it are skipped, and come back when it is retried', () => {
    fc.assert(
      fc.property(plans, fc.nat(), (all, pick) => {
        const state = emptyState();
        for (const one of all) putTask(state, one, printTask(one, '', []));
        const failed = `t${pick % all.length}`;
        const record = new TaskRecord(state, 1);
        record.change(failed, { status: 'failed' }, 'a', 'failed');
        const needsIt = ({ needs, waived }: Task): boolean =>
          needs.some(
            (need) => !waived.includes(need) && (need === failed || needsIt(all.find(({ id }) => id === need) as Task)),
          );
        for (const one of all)
          expect(record.get(one.id)?.status).toBe(one.id === failed ? 'failed' : needsIt(one) ? 'skipped' : 'pending');
        record.change(failed, { status: 'pending' }, 'human', 'retried');
        for (const one of all) expect(record.get(one.id)?.status).toBe('pending');
      }),
    );
  });

  it('reaches what needs it by ways of different lengths', () => {
    const state = emptyState();
    const all = [
      task('f'),
      task('z', { needs: ['f'] }),
      task('y', { needs: ['z'] }),
      task('free', { needs: ['f'], waived: ['f'] }),
      task('x', { needs: ['free', 'y'] }),
      task('far', { needs: ['y', 'f'] }),
      task('last', { needs: ['far', 'f'] }),
    ];
    for (const one of all) putTask(state, one, printTask(one, '', []));
    const record = new TaskRecord(state, 1);
    const named = (status: string) => all.flatMap(({ id }) => (record.get(id)?.status === status ? id : []));
    record.change('f', { status: 'failed' }, 'a', 'failed');
    expect(named('skipped')).toEqual(['z', 'y', 'x', 'far', 'last']);
    record.change('f', { status: 'pending' }, 'human', 'retried');
    expect(named('pending')).toEqual(all.map(({ id }) => id));
  });

  it('comes back only when nothing else keeps it from beginning', () => {
    const state = emptyState();
    for (const one of [task('x'), task('y'), task('z', { needs: ['x', 'y'] })])
      putTask(state, one, printTask(one, '', []));
    const record = new TaskRecord(state, 1);
    record.change('x', { status: 'failed' }, 'a', 'failed');
    record.change('y', { status: 'cancelled' }, 'a', 'cancelled');
    record.change('x', { status: 'pending' }, 'human', 'retried');
    record.change('gone', { status: 'failed' }, 'a', 'failed');
    expect(record.get('z')).toMatchObject({ status: 'skipped', reason: 'upstream:x' });
  });

  it('comes back in the order of the failures or in another one, when nothing keeps it from beginning any more', () => {
    const state = emptyState();
    for (const one of [task('x'), task('y'), task('z', { needs: ['x', 'y'] }), task('hand', { needs: ['y'] })])
      putTask(state, one, printTask(one, '', []));
    const record = new TaskRecord(state, 1);
    record.change('hand', { status: 'skipped', reason: 'not worth it' }, 'human', 'skipped');
    record.change('x', { status: 'failed' }, 'a', 'failed');
    record.change('y', { status: 'failed' }, 'a', 'failed');
    record.change('x', { status: 'pending' }, 'human', 'retried');
    expect(record.get('z')).toMatchObject({ status: 'skipped' });
    record.change('y', { status: 'pending' }, 'human', 'retried');
    expect(record.get('z')).toMatchObject({ status: 'pending', reason: null });
    // what a person skipped stays so
    expect(record.get('hand')).toMatchObject({ status: 'skipped', reason: 'not worth it' });
  });

  it('stands in the journal once for each task, with history lines that no turn repeats', () => {
    const state = emptyState();
    const record = new TaskRecord(state, 7);
    record.add(task('T-7-a-1', { assignee: 'a', status: 'assigned' }), 'Do it.', 'a');
    record.change('T-7-a-1', { status: 'running' }, 'a', 'started');
    record.restore('x', 'old', 'new');
    const [made, kept] = record.effects();
    expect(made).toMatchObject({ k: 'task', was: null, lines: 2 });
    expect((made as { text: string }).text).toContain('- 7.1 a: created, assigned to a\n- 7.2 a: started');
    expect(kept).toMatchObject({ text: 'old', was: 'new', kept: 'new' });
    state.tasks.written = { turn: 7, lines: 2 };
    expect(taskPath('x')).toBe('org/tasks/x.md');
    const later = new TaskRecord(state, 7);
    later.add(task('T-7-a-2'), '', 'a');
    expect((later.effects()[0] as { text: string }).text).toContain('- 7.3 a: created\n');
  });
});
