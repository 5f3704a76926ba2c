import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exists, lemming, put, textOf, turns, untilIdle } from '../people/world.ts';
import { scratchOrg } from '../world.ts';

const complete = (result: string) => ({ tool: 'complete_task', input: { result } });

function org() {
  return scratchOrg({
    edges: { human: ['a', 'b'], a: ['human'], b: ['human'], c: ['a'] },
    resumes: { a: { capabilities: ['poems'] } },
    rules: [
      { when: { task: 'bad' }, reply: { acts: [{ tool: 'fail_task', input: { reason: 'No ink.' } }] } },
      { when: { task: '/^/' }, reply: { acts: [complete('Done by {agent}.')] } },
    ],
  });
}

describe('lemming task create', () => {
  it('writes a file that list shows at once, and that agents work on', async () => {
    const root = org();
    const made = await lemming(root, [
      'task',
      'create',
      'Write a poem!',
      '--body',
      'Four lines.',
      '--capability',
      'poems',
      '--json',
    ]);
    expect(made.data).toEqual({
      id: 'write-a-poem',
      path: 'org/tasks/write-a-poem.md',
      created: true,
      unknown_needs: [],
    });
    const { data } = await lemming(root, ['task', '--json']);
    expect(data.tasks).toMatchObject([{ id: 'write-a-poem', status: 'assigned', assignee: 'a', ready: true, why: [] }]);
    await untilIdle(root);
    const { out } = await lemming(root, ['task', 'show', 'write-a-poem']);
    for (const part of ['completed', 'Four lines.', 'Result:\nDone by a.', '- 1.1 human: created', 'a: completed'])
      expect(out).toContain(part);
    expect((await lemming(root, ['task', 'history', 'write-a-poem', '--json'])).data.history.at(-1)).toEqual({
      turn: 1,
      n: 3,
      by: 'a',
      text: 'completed',
    });
  });

  it('says of one that nobody can be given why it waits', async () => {
    const root = org();
    const { id } = (await lemming(root, ['task', 'create', 'Dance', '--capability', 'dances', '--json'])).data;
    await untilIdle(root);
    const why = 'nobody who can work now has the capability dances';
    expect((await lemming(root, ['task', 'list'])).out).toContain(why);
    expect((await lemming(root, ['task', 'show', id])).out).toContain(`it waits    ${why}`);
  });

  it('without an assignee can be given to another at once, although the next turn gives it away first', async () => {
    const root = org();
    await lemming(root, ['task', 'create', 'One', '--id', 'one']);
    await lemming(root, ['task', 'create', 'Two', '--id', 'two']);
    expect((await lemming(root, ['task', 'show', 'one', '--json'])).data.assignee).toBe('a');
    expect((await lemming(root, ['task', 'reassign', 'one', 'b'])).exit).toBe(0);
    expect((await lemming(root, ['task', 'start', 'two'])).exit).toBe(0);
    await turns(root, 1);
    expect((await lemming(root, ['task', 'show', 'one', '--json'])).data.assignee).toBe('b');
    expect((await lemming(root, ['task', 'history', 'two', '--json'])).data.history).toMatchObject([
      { text: 'created' },
      { by: 'the engine' },
      { by: 'human', text: 'started' },
      { by: 'a', text: 'completed' },
    ]);
    expect((await lemming(root, ['status'])).out).not.toContain('was not done');
  });

  it('finds a free name, keeps a chosen one, and makes a key only once', async () => {
    const root = org();
    const id = async (...words: string[]) => (await lemming(root, ['task', 'create', ...words, '--json'])).data.id;
    expect(await id('Same')).toBe('same');
    expect(await id('Same')).toBe('same-2');
    expect(await id('123 ...')).toBe('task-123');
    expect(await id('日本語')).toBe('task');
    expect(await id('Archive')).toBe('task-archive');
    expect(await id('X', '--id', 'mine', '--key', 'k')).toBe('mine');
    expect(await id('X', '--key', 'k')).toBe('mine');
    expect((await lemming(root, ['task', 'create', 'Y', '--key', 'k'])).err).toContain('belongs to mine');
    expect((await lemming(root, ['task', 'create', 'X', '--key', 'k', '--body', 'More.'])).exit).toBe(3);
    await untilIdle(root);
    expect((await lemming(root, ['task', 'create', 'X', '--key', 'k', '--json'])).data).toMatchObject({
      id: 'mine',
      created: false,
    });
    await lemming(root, ['task', 'cleanup']);
    await turns(root, 1);
    expect(await id('X', '--key', 'k')).toBe('mine');
    expect((await lemming(root, ['task', 'create', 'Z', '--key', 'k'])).err).toContain('another content');
    expect((await lemming(root, ['task', 'create', 'Y', '--id', 'mine'])).err).toContain(
      'There is a task mine already',
    );
    expect((await lemming(root, ['task', 'create', 'Y', '--id', 'T-1-a-1'])).err).toContain(
      'cannot be the id of a task',
    );
  });

  it.each([
    [['--assignee', 'c'], 4, 'the chart does not let human write to c'],
    [['--assignee', 'nobody'], 4, 'there is no agent nobody'],
    [['--deadline', 'soon'], 2, 'expected 12 turns'],
    [['--priority', 'top'], 2, 'priority'],
    [['--needs', 'same', '--id', 'same'], 4, 'circle'],
  ])('refuses %j', async (flags, exit, why) => {
    const root = org();
    const said = await lemming(root, ['task', 'create', 'Same', ...flags]);
    expect(said.exit).toBe(exit);
    expect(said.err).toContain(why);
    expect(exists(root, 'org/tasks/same.md')).toBe(false);
  });

  it('takes several needs, and names those that do not exist', async () => {
    const root = org();
    await lemming(root, ['task', 'create', 'Schema']);
    const { data } = await lemming(root, [
      'task',
      'create',
      'Api',
      '--needs',
      'schema, docs',
      '--needs',
      'docs',
      '--json',
    ]);
    expect(data.unknown_needs).toEqual(['docs']);
    expect(textOf(root, 'org/tasks/api.md')).toContain('needs: [schema, docs]');
    expect((await lemming(root, ['task', 'create', 'Api', '--needs', 'a b'])).exit).toBe(2);
  });

  it('refuses a text that the next turn could not read, and keeps a heading from becoming the history', async () => {
    const root = org();
    put(root, 'org/org.yaml', `${textOf(root, 'org/org.yaml')}\nlimits: { message_bytes: 1024 }\n`);
    expect((await lemming(root, ['task', 'create', 'Long', '--body', 'x'.repeat(1000)])).err).toContain('[too-large]');
    await lemming(root, ['task', 'create', 'Head', '--body', 'Do it.\n## History\n- of Rome']);
    await turns(root, 1);
    expect((await lemming(root, ['task', 'show', 'head', '--json'])).data.body).toBe('Do it.\n### History\n- of Rome');
  });

  it('takes the body from standard input', async () => {
    const root = org();
    await lemming(root, ['task', 'create', 'Long', '--body', '-', '--budget', '0.5'], { stdin: 'From a pipe.\n' });
    expect(textOf(root, 'org/tasks/long.md')).toContain('budget: 0.5\n---\nFrom a pipe.\n');
  });
});

describe('what a person asks of a task', () => {
  const ask = async (root: string, ...words: string[]) => {
    const said = await lemming(root, ['task', ...words]);
    expect(said.err).toBe('');
    return said;
  };
  const status = async (root: string, id: string) => (await lemming(root, ['task', 'show', id, '--json'])).data.status;

  it('is done in the next turn, and shown at once', async () => {
    const root = org();
    await ask(root, 'create', 'Mine', '--assignee', 'human');
    await ask(root, 'create', 'After', '--assignee', 'human', '--needs', 'mine');
    await ask(root, 'reassign', 'mine', 'a', '--note', 'busy');
    expect((await lemming(root, ['task', 'show', 'mine', '--json'])).data.assignee).toBe('a');
    await ask(root, 'unassign', 'after');
    await ask(root, 'assign', 'after', 'human');
    await ask(root, 'waive', 'after', 'mine', '--note', 'not needed');
    await ask(root, 'start', 'after');
    await ask(root, 'complete', 'after', '--result', 'By hand.');
    expect(await status(root, 'after')).toBe('completed');
    await turns(root, 1);
    expect(textOf(root, 'org/tasks/after.md')).toMatch(
      /result: By hand\.[\s\S]*mine waived: not needed[\s\S]*completed/,
    );
    expect(textOf(root, 'org/tasks/mine.md')).toContain('reassigned from human to a: busy');
    expect((await lemming(root, ['replay'])).exit).toBe(0);
    expect((await lemming(root, ['verify', '--deep'])).exit).toBe(0);
  });

  it('fails, cancels and retries with what depends on it', async () => {
    const root = org();
    await ask(root, 'create', 'First', '--assignee', 'human');
    await ask(root, 'create', 'Second', '--assignee', 'human', '--needs', 'first');
    const failed = await ask(root, 'fail', 'first', '--note', 'No time.', '--json');
    expect(failed.data).toEqual({
      id: 'first',
      do: 'fail',
      status: 'failed',
      assignee: 'human',
      also: [{ id: 'second', status: 'skipped' }],
      taken: 'journaled',
    });
    await turns(root, 1);
    expect(await status(root, 'second')).toBe('skipped');
    expect((await ask(root, 'retry', 'first')).out).toContain('Then second is assigned.');
    await turns(root, 1);
    expect(await status(root, 'second')).toBe('assigned');
    await ask(root, 'cancel', 'second');
    await turns(root, 1);
    expect((await lemming(root, ['task', 'retry', 'second'])).err).toContain(
      'it is cancelled: only a failed or skipped task',
    );
  });

  it('is refused at once where the present state does not allow it', async () => {
    const root = org();
    await ask(root, 'create', 'First', '--assignee', 'human');
    const said = await lemming(root, ['task', 'complete', 'first']);
    expect(said.exit).toBe(4);
    expect(said.err).toContain('start it before it is completed');
    expect((await lemming(root, ['task', 'show', 'firs'])).err).toContain('Did you mean "first"?');
  });

  it('moves finished tasks to the archive', async () => {
    const root = org();
    await ask(root, 'create', 'First', '--assignee', 'a');
    await turns(root, 1);
    expect((await ask(root, 'cleanup', '--older-than', '5', '--json')).data).toEqual({
      older_than: 5,
      ids: [],
      taken: null,
    });
    expect((await ask(root, 'cleanup')).out).toContain('1 finished task to org/tasks/archive: first');
    await turns(root, 1);
    expect((await lemming(root, ['replay', '--recompute'])).exit).toBe(0);
    expect(exists(root, 'org/tasks/first.md')).toBe(false);
    expect(textOf(root, 'org/tasks/archive/first.md')).toContain('Done by a.');
    expect((await lemming(root, ['task', 'show', 'first', '--json'])).data).toMatchObject({
      archived: true,
      path: 'org/tasks/archive/first.md',
      status: 'completed',
      result: 'Done by a.',
      turn: 1,
      by: 'human',
    });
    expect((await lemming(root, ['task', 'history', 'first'])).out).toContain('a: completed');
    expect((await lemming(root, ['task', 'retry', 'first'])).err).toContain('is in org/tasks/archive');
    put(root, 'org/tasks/archive/first.md', 'torn');
    expect((await lemming(root, ['task', 'show', 'first'])).err).toContain('cannot be read');
    rmSync(join(root, 'org/tasks/archive/first.md'));
    expect((await lemming(root, ['task', 'show', 'first'])).exit).toBe(6);
    expect((await lemming(root, ['task', 'create', 'First', '--json'])).data.id).toBe('first-2');
  });
});

describe('what lemming task tells', () => {
  it('lists by urgency, with what each waits for, and files that cannot be taken', async () => {
    const root = org();
    put(root, 'org/tasks/x.md', '---\ntitle: X\nassignee: human\n---\n');
    put(root, 'org/tasks/y.md', '---\ntitle: Y\nneeds: [x]\npriority: urgent\n---\n');
    put(root, 'org/tasks/z.md', '---\ntitle: [\n---\n');
    const { data } = await lemming(root, ['task', 'list', '--json']);
    expect(data.tasks.map(({ id }: { id: string }) => id)).toEqual(['y', 'x']);
    expect(data.tasks[0].why).toEqual(['it needs x, which is assigned']);
    expect(data.unfit).toMatchObject([{ path: 'org/tasks/z.md' }]);
    const ids = async (...flags: string[]) =>
      (await lemming(root, ['task', 'list', ...flags, '--json'])).data.tasks.map(({ id }: { id: string }) => id);
    expect(await ids('--ready')).toEqual(['x']);
    expect(await ids('--status', 'pending')).toEqual(['y']);
    expect(await ids('--assignee', 'human')).toEqual(['x']);
  });

  it('draws the graph, and counts and estimates', async () => {
    const root = org();
    expect((await lemming(root, ['task', 'graph'])).out).toBe('No tasks.\n');
    expect((await lemming(root, ['task', 'stats', '--json'])).data).toMatchObject({
      total: 0,
      mean_turns: null,
      success_rate: 0,
    });
    await lemming(root, ['task', 'create', 'First', '--assignee', 'a']);
    await lemming(root, ['task', 'create', 'Second', '--assignee', 'a', '--needs', 'first', '--parent', 'first']);
    await lemming(root, ['task', 'create', 'Bad', '--retries', '0', '--assignee', 'b']);
    await untilIdle(root);
    expect((await lemming(root, ['task', 'graph'])).out).toContain(
      'first First [completed, a]\n└─ second Second [completed, a]',
    );
    expect((await lemming(root, ['task', 'graph', 'first', '--mermaid'])).out).toContain('t0 --> t1');
    const stats = (await lemming(root, ['task', 'stats', '--json'])).data;
    expect(stats).toMatchObject({ total: 3, by_status: { completed: 2, failed: 1 }, success_rate: 66.7 });
    expect((await lemming(root, ['task', 'stats'])).out).toContain('66.7 %');
    expect((await lemming(root, ['task', 'estimate', 'first', '--json'])).data).toMatchObject({
      samples: 1,
      basis: 'assignee',
      confidence: 'low',
    });
    expect((await lemming(root, ['task', 'estimate', 'first'])).out).toContain('From 1 completed task of its assignee');
    expect((await lemming(root, ['task', 'estimate', 'bad'])).out).toContain('From 2 completed tasks: low confidence');
    expect(stats).toMatchObject({ attempts: 1, mean_turns: 1, archived: 0 });
    await lemming(root, ['task', 'cleanup']);
    await turns(root, 1);
    const after = (await lemming(root, ['task', 'stats', '--json'])).data;
    expect(after).toEqual({ ...stats, archived: 3 });
    await lemming(root, ['task', 'create', 'Third', '--assignee', 'a', '--priority', 'high']);
    expect((await lemming(root, ['task', 'estimate', 'third', '--json'])).data).toMatchObject({
      samples: 2,
      basis: 'assignee',
      factor: 0.9,
      turns: { median: 1, p90: 1 },
    });
  });
});

describe('lemming task budget', () => {
  const PRICED = { default: { provider: 'scripted', script: 'org/script.yaml', price: { per_call: 0.01 } } };

  it('raises what a task may cost; a run that ends while one waits for that says so, and ends with 7', async () => {
    const root = scratchOrg({
      edges: { human: ['a'], a: ['human'] },
      models: PRICED,
      credits: { agents: { a: { grant: 1 } } },
      rules: [{ when: { task: '/^/' }, reply: { acts: [complete('Done.')] } }],
    });
    await lemming(root, ['task', 'create', 'Poem', '--assignee', 'a', '--budget', '0.005']);
    const ended = await lemming(root, ['run', '--until-idle']);
    expect(ended.exit).toBe(7);
    const line =
      'Task poem waits: its next call could cost 0.01 credits, but 0.005 of the budget of task poem is left.';
    expect(ended.out + ended.err).toContain(`${line} Raise it: lemming task budget poem 0.08`);
    expect((await lemming(root, ['task'])).out).toContain('its next call could cost 0.01 credits');
    expect((await lemming(root, ['task', 'list', '--ready'])).out).toBe('No tasks.\n');
    for (const amount of ['0', 'much']) expect((await lemming(root, ['task', 'budget', 'poem', amount])).exit).toBe(2);
    const raised = await lemming(root, ['task', 'budget', 'poem', '0.5', '--note', 'Go on.']);
    expect(raised.out).toContain('Task poem: budget of 0.5 credits: Go on.');
    expect((await lemming(root, ['run', '--until-idle'])).exit).toBe(0);
    expect((await lemming(root, ['task', 'show', 'poem'])).out).toMatch(/status +completed[\s\S]*budget +0.5 credits/);
    expect((await lemming(root, ['task', 'budget', 'poem', '1'])).err).toContain('it is completed');
  });
});
