import { describe, expect, it } from 'vitest';
import type { State } from '../../../src/core/model/state.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, type Mind, Org, PRICED, say, textOf, visible } from '../../regression/org.ts';

const EDGES = { human: ['boss', 'a', 'b'], boss: ['human', 'a', 'b'], a: ['boss', 'human'], b: ['boss', 'human'] };
const WRITES = { tools: ['write_file'], capabilities: ['words'] };

const complete = (result: string): Act => ({ tool: 'complete_task', input: { result } });
const fail = (reason: string): Act => ({ tool: 'fail_task', input: { reason } });
const write = (path: string, content: string): Act => ({ tool: 'write_file', input: { path, content } });

/** The title of the task of a visit, behind the name of the workflow. */
const titleOf = (prompt: { parts: readonly { text: string }[] }): string =>
  /<task id="[^"]*" from="[^"]*" title="[^":]*: ([^"]*)"/.exec(prompt.parts.map(({ text }) => text).join('\n'))?.[1] ??
  '';

function org(steps: string, mind: Mind, more: { head?: string; flow?: string } = {}, plan: object = {}): Org {
  const made = new Org({ edges: EDGES, resumes: { boss: {}, a: WRITES, b: WRITES }, ...plan }, mind);
  return made.withFile(`org/workflows/${more.flow ?? 'flow'}.yaml`, `version: 1\n${more.head ?? ''}steps:\n${steps}`);
}

const begin = { ask: 'run-workflow', by: 'human', workflow: 'flow', run: 'r1', inputs: {} } as const;
const asked = (verb: 'cancel' | 'pause' | 'resume' | 'retry' | 'undo' | 'budget', step?: string) =>
  ({ ask: 'run', by: 'human', id: 'r1', do: verb, ...(step && { step }) }) as const;
function stateOf(made: Org): State {
  const engine = made.open();
  engine.close();
  return engine.state;
}
const runOf = (made: Org, id = 'r1') => stateOf(made).runs.all.get(id);
const page = (made: Org, id = 'r1') => made.read(`org/runs/${id}.md`) ?? '';

async function replayed(made: Org): Promise<void> {
  const { host, provider } = made.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(made.disk, [])) await recompute.take(group);
  expect(recompute.divergence).toBeNull();
}

describe('a run', () => {
  it('makes a task for each step when its needs are completed, and gives it their results', async () => {
    const made = org(
      '  - { id: list, agent: a, do: "List {{inputs.what}}." }\n  - { id: use, capability: words, needs: [list], do: "Use {{steps.list.result}}." }\n',
      (prompt) => [complete(titleOf(prompt) === 'list' ? 'x and y' : 'Used.')],
      { head: 'inputs: { what: { type: string } }\n' },
      { models: PRICED, credits: { agents: { a: { grant: 1 }, b: { grant: 1 } } } },
    );
    await made.ask({ ...begin, inputs: { what: 'letters' } });
    await made.run();
    expect(made.lines('visit').map(({ agent, task }) => [agent, task])).toEqual([
      ['a', 'T-1-r1-1'],
      ['a', 'T-2-r1-1'],
    ]);
    expect(made.read('org/tasks/T-1-r1-1.md')).toContain('List letters.');
    expect(made.read('org/tasks/T-2-r1-1.md')).toContain('Use x and y.');
    expect(page(made)).toMatch(/status: completed[\s\S]*cost: 0.02[\s\S]*## Result\n\n {4}Used\./);
    // its owner is told once, and gets no report of each step
    expect(made.messages('a')).toEqual([]);
    expect(made.lines('notice')).toMatchObject([{ to: 'human', text: 'Run r1 of flow is completed.' }]);
    await replayed(made);
  });

  it('acts as whoever began it, with its edges', async () => {
    const made = org(
      '  - { id: x, agent: b, do: "X" }\n',
      () => [complete('x')],
      {},
      {
        edges: { human: ['a'], a: ['human', 'b'], b: ['a'] },
        resumes: { a: WRITES, b: WRITES },
      },
    );
    await made.ask(begin);
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'compensated', reason: 'x: the chart does not let human write to b' });
    expect(made.prompts).toEqual([]);
  });

  it('asks people before a step, and goes on with their answer', async () => {
    const made = org('  - { id: x, agent: a, approve: human, do: "X" }\n', () => [complete('done')]);
    await made.ask(begin);
    await made.run();
    const [held] = made.lines('held');
    expect(held).toMatchObject({ id: 'A-1-r1-1', agent: 'human', contacts: ['human'], run: 'run/r1/x/ask' });
    expect(made.lines('notice').map(({ text }) => text)).toEqual([
      'The run r1 asks: May step x of run r1 begin? Run lemming approve A-1-r1-1 or lemming deny A-1-r1-1',
    ]);
    expect(made.read('org/approvals/A-1-r1-1.md')).toContain('The run r1 of the workflow flow asks this at its step');
    expect(made.prompts).toEqual([]);
    const file = made.read('org/approvals/A-1-r1-1.md') ?? '';
    expect(file).toContain('The run r1 of the workflow flow asks this at its step x.');
    expect(file).not.toContain('wants to use');
    await made.ask({ ask: 'approve', by: 'human', id: 'A-1-r1-1', note: '' });
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'completed', result: 'done' });
    await replayed(made);
  });

  it('fails by a denial, and takes no question back that was answered', async () => {
    const made = org('  - { id: x, wait: { approval: { by: human, text: "Go on?" } } }\n', () => []);
    await made.ask(begin);
    await made.turns(1);
    await made.ask({ ask: 'deny', by: 'human', id: 'A-1-r1-1', note: 'Too early.' });
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'compensated', reason: 'x: human did not approve: Too early.' });
    expect(stateOf(made).approvals.pending.size).toBe(0);
  });

  it('waits for mail to its owner, and for turns', async () => {
    const made = org(
      '  - { id: rest, wait: { turns: 2 } }\n  - { id: word, needs: [rest], wait: { mail: { from: a, subject: word } } }\n',
      (prompt) => (prompt.agent === 'a' ? [say('human', 'sesame', { subject: 'The word' })] : []),
    );
    await made.ask(begin);
    await made.run();
    expect(runOf(made)?.steps).toMatchObject({ rest: { status: 'completed', ended: 3 }, word: { status: 'waiting' } });
    made.drop('a', 'What is the word?');
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'completed', result: 'sesame' });
  });

  it('is given mail that somebody read before it looked: while it was paused, or between two turns', async () => {
    const steps =
      '  - { id: word, wait: { mail: { from: a, subject: word } } }\n  - { id: more, needs: [word], wait: { mail: { from: b } } }\n';
    const made = org(steps, (prompt) => [say('human', `From ${prompt.agent}`, { subject: 'The word' })]);
    await made.ask(begin);
    await made.turns(1);
    await made.ask(asked('pause'));
    for (const to of ['a', 'b']) made.drop(to, 'Tell me.');
    await made.turns(1);
    const sent = made.lines('sent').map(({ message }) => message.id);
    await made.ask({ ask: 'read', by: 'human', ids: sent });
    await made.turns(1);
    expect(runOf(made)?.steps.word?.status).toBe('waiting');
    await made.ask(asked('resume'));
    await made.turns(1);
    expect(runOf(made)?.steps).toMatchObject({ word: { result: 'From a' }, more: { status: 'waiting' } });
    made.drop('b', 'Again.');
    await made.turns(1);
    await made.ask({ ask: 'read', by: 'human', ids: made.lines('sent').map(({ message }) => message.id) });
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'completed', result: 'From b' });
    expect(stateOf(made).runs.heard.size).toBe(0);
    await replayed(made);
  });

  const TOLD = '  - { id: x, agent: a, do: X }\n  - { id: z, agent: b, needs: [x], retries: 0, do: Z }\n';

  it('is compensated when nothing but mail that was read is left of it, and says which', async () => {
    const made = org(TOLD, (prompt) =>
      prompt.agent === 'a'
        ? [write('made.md', 'made'), say(['boss', 'human'], 'It is made.'), complete('made')]
        : prompt.agent === 'b'
          ? [fail('no')]
          : undefined,
    );
    await made.ask(begin);
    await made.run();
    const why = 'mail that was read stays: 000001-a-01 (boss)';
    expect(runOf(made)).toMatchObject({ status: 'compensated', rest: [{ step: 'x', why, mail: true }] });
    expect(made.read('agents/a/workspace/made.md')).toBeNull();
    expect(page(made)).toContain(`## Left\n\n- x (run/r1/x): ${why}`);
    expect(made.lines('withdrawn')).toMatchObject([{ id: '000001-a-01', to: ['human'] }]);
    const told = made.lines('notice').flatMap(({ to, text }) => (to === 'human' ? [text] : []));
    expect(told).toContain(`Run r1 of flow: x stands: ${why}`);
    expect(told.at(-1)).toContain(`Run r1 of flow is taken back. This is left of it:\n- x stands: ${why}\n Why: `);
    await replayed(made);
  });

  it('is failed when a file is left as well, and leaves answers to other mail alone', async () => {
    const made = org(TOLD, (prompt) => {
      if (prompt.agent === 'b') return [fail('no')];
      const mail = /<mail id="([^"]*)" from="human"/.exec(textOf(prompt))?.[1] ?? '';
      const answer = mail === '' ? [] : [say('human', 'Fine.', { reply_to: mail })];
      return titleOf(prompt) === 'x' ? [write('made.md', 'made'), ...answer, complete('made')] : answer;
    });
    await made.ask(begin);
    made.drop('a', 'How are you?');
    await made.turns(1);
    made.withFile('agents/a/workspace/made.md', 'mine');
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'failed', rest: [{ step: 'x' }] });
    expect(runOf(made)?.rest[0]?.why).toContain('made.md');
    expect(runOf(made)?.rest[0]?.why).not.toContain('000001-a');
    expect(made.lines('withdrawn')).toEqual([]);
  });

  it('is compensated when its child run left mail alone', async () => {
    const made = org(
      '  - { id: x, workflow: child }\n  - { id: z, agent: b, needs: [x], retries: 0, do: Z }\n',
      (prompt) =>
        prompt.agent === 'a'
          ? [say('boss', 'Made.'), complete('made')]
          : prompt.agent === 'b'
            ? [fail('no')]
            : undefined,
    ).withFile('org/workflows/child.yaml', 'version: 1\nsteps:\n  - { id: y, agent: a, do: Y }\n');
    await made.ask(begin);
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'compensated', rest: [{ step: 'x', mail: true }] });
    expect(runOf(made)?.rest[0]?.why).toContain('y: mail that was read stays');
  });

  it('is not given mail that was taken back before anybody read it', async () => {
    const steps = '  - { id: word, wait: { mail: { from: [a, human] } } }\n';
    const made = org(steps, () => [say('human', 'The word')]);
    await made.ask(begin);
    await made.turns(1);
    await made.ask(asked('pause'));
    made.drop('a', 'Tell me.');
    await made.turns(1);
    await made.ask({ ask: 'undo', by: 'human', id: '000002-a-01' });
    await made.turns(1);
    await made.ask(asked('resume'));
    await made.turns(1);
    expect(runOf(made)?.steps.word?.status).toBe('waiting');
  });

  it('runs other workflows', async () => {
    const made = org('  - { id: x, workflow: child, with: { n: 2 } }\n', () => [complete('two')]).withFile(
      'org/workflows/child.yaml',
      'version: 1\ninputs: { n: { type: integer } }\nsteps:\n  - { id: y, agent: a, do: "{{inputs.n}}" }\n',
    );
    await made.ask(begin);
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'completed', result: 'two' });
    expect(runOf(made, 'child-1')).toMatchObject({ status: 'completed', key: 'run/r1/x' });
    expect(made.read('org/tasks/T-1-child-1-1.md')).toMatch(/\n2\n/);
  });

  it('takes child runs back by taking back what they did', async () => {
    const made = org(
      '  - { id: x, workflow: child }\n  - { id: z, agent: b, needs: [x], retries: 0, do: Z }\n',
      (prompt) => (prompt.agent === 'a' ? [write('made.md', 'made'), complete('made')] : [fail('no')]),
    ).withFile('org/workflows/child.yaml', 'version: 1\nsteps:\n  - { id: y, agent: a, do: Y }\n');
    await made.ask(begin);
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'compensated', rest: [] });
    expect(runOf(made, 'child-1')).toMatchObject({ status: 'compensated' });
    expect(made.read('agents/a/workspace/made.md')).toBeNull();
  });

  it('stops at its budget', async () => {
    const made = org(
      '  - { id: x, agent: a, do: X }\n  - { id: y, agent: a, needs: [x], do: Y }\n',
      () => [complete('x')],
      { head: 'budget: 0.01\n' },
      { models: PRICED, credits: { agents: { a: { grant: 1 } } } },
    );
    await made.ask(begin);
    await made.run();
    expect(made.prompts).toHaveLength(1);
    expect(runOf(made)?.status).toBe('running');
    expect(made.lines('notice').map(({ text }) => text)).toEqual([expect.stringContaining('of the budget of run r1')]);
    await made.ask({ ...asked('budget'), budget: 20_000 });
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'completed', budget: 20_000 });
    expect(page(made)).toContain('budget: 0.02\n');
  });

  it('hands the taint of what it read on to the tasks that come after', async () => {
    const made = org(
      '  - { id: x, agent: a, do: X }\n  - { id: y, agent: b, needs: [x], do: "{{steps.x.result}}" }\n',
      () => [complete('x')],
    );
    await made.ask(begin);
    await made.turns(1);
    const engine = made.open();
    engine.state.rights.tainted.set('a', 'a page');
    await engine.turn();
    engine.close();
    expect(made.lines('task').find(({ task }) => task.id === 'T-2-r1-1')?.task.tainted).toBe(true);
  });
});

describe('what people ask of a run', () => {
  const TWO = '  - { id: x, agent: a, do: X }\n  - { id: y, agent: b, needs: [x], retries: 0, do: Y }\n';

  it('cancels it with its open tasks and questions', async () => {
    const made = org(`${TWO}  - { id: q, wait: { approval: { by: human, text: "?" } } }\n`, () => []);
    await made.ask(begin);
    await made.turns(1);
    await made.ask(asked('cancel'));
    await made.turns(1);
    expect(runOf(made)).toMatchObject({ status: 'cancelled', reason: 'human cancelled it' });
    expect(made.read('org/tasks/T-1-r1-1.md')).toContain('status: cancelled');
    expect(stateOf(made).approvals.pending.size).toBe(0);
    expect(made.paths(/^org\/approvals\//)).toEqual(['org/approvals/answered/A-1-r1-1.md']);
  });

  it('pauses and resumes it', async () => {
    const made = org(TWO, (prompt) => [complete(titleOf(prompt))]);
    await made.ask(begin);
    await made.turns(1);
    await made.ask(asked('pause'));
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'paused' });
    expect(made.prompts).toHaveLength(1);
    await made.ask(asked('resume'));
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'completed', result: 'y' });
  });

  it('goes on from a step that failed, and keeps what was done before it', async () => {
    let isUp = false;
    const made = org(`${TWO.replace('do: X', 'compensate: none, do: X')}`, (prompt) =>
      titleOf(prompt) === 'x' || isUp ? [complete('ok')] : [fail('down')],
    );
    await made.ask(begin);
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'failed', rest: [{ step: 'x', why: 'it cannot be taken back' }] });
    isUp = true;
    await made.ask(asked('retry', 'y'));
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'completed', rest: [] });
    expect(made.lines('visit').map(({ task }) => task)).toHaveLength(3);
  });

  it('takes it back, and says what stays', async () => {
    const made = org(TWO, (prompt) => [write(`${titleOf(prompt)}.md`, 'v'), complete(titleOf(prompt))]);
    await made.ask(begin);
    await made.run();
    made.disk.put('agents/a/workspace/x.md', 'by hand');
    await made.ask(asked('undo'));
    await made.run();
    expect(runOf(made)).toMatchObject({ status: 'failed', rest: [{ step: 'x' }] });
    expect(made.read('agents/a/workspace/x.md')).toBe('by hand');
    expect(made.read('agents/b/workspace/y.md')).toBeNull();
    await replayed(made);
  });

  it('is refused with the reason when it can no longer be', async () => {
    const made = org(TWO, (prompt) => [complete(titleOf(prompt))]);
    await made.ask(begin);
    await made.ask(begin);
    await made.run();
    await made.ask(asked('cancel'));
    await made.ask({ ...asked('cancel'), id: 'other' });
    await made.ask({ ...begin, run: 'r2', workflow: 'flaw' });
    await made.turns(1);
    expect(made.lines('run-asked').map(({ id, refused }) => [id, refused])).toEqual([
      ['r1', undefined],
      ['r1', 'there is a run r1 already'],
      ['r1', 'it is completed'],
      ['other', 'there is no such run'],
      ['r2', 'there is no valid workflow flaw: did you mean flow?'],
    ]);
    expect(made.lines('notice').map(({ text }) => text)).toContain(
      'lemming workflow cancel r1 was not done: it is completed',
    );
  });

  it('begins it once for a key', async () => {
    const made = org(TWO, (prompt) => [complete(titleOf(prompt))]);
    await made.ask({ ...begin, key: 'k' });
    await made.ask({ ...begin, run: 'r2', key: 'k' });
    await made.run();
    expect([...stateOf(made).runs.all.keys()]).toEqual(['r1']);
  });
});

describe('a workflow that begins by itself', () => {
  const triggered = (on: string) => ({
    head: `owner: boss\non: ${on}\ninputs: { text: { type: string, default: none } }\n`,
  });
  const STEP = '  - { id: x, agent: a, do: "{{inputs.text}}" }\n';

  it('does so for each mail to its owner that fits, once', async () => {
    const made = org(
      STEP,
      () => [complete('ok')],
      triggered('{ mail: { from: human, subject: order }, with: { text: "{{mail.body}}" } }'),
    );
    await made.turns(1);
    made.drop('boss', 'Two teas', { subject: 'An order' });
    made.drop('boss', 'Hello', { subject: 'Nothing' });
    await made.run();
    const runs = [...stateOf(made).runs.all.values()];
    expect(runs).toMatchObject([{ owner: 'boss', hops: 1, inputs: { text: 'Two teas' }, status: 'completed' }]);
    await replayed(made);
  });

  it('does so for mail that came before its first turn', async () => {
    const made = org(
      STEP,
      () => [complete('ok')],
      triggered('{ mail: { from: human }, with: { text: "{{mail.id}}: {{mail.body}}" } }'),
    );
    made.drop('boss', 'Two teas');
    await made.run();
    expect([...stateOf(made).runs.all.values()]).toMatchObject([
      { inputs: { text: '000001-human-01: Two teas' }, status: 'completed' },
    ]);
    await replayed(made);
  });

  it('tells people when it fails, because its owner is no person', async () => {
    const made = org(
      STEP,
      (prompt) => (prompt.agent === 'a' ? [fail('no')] : []),
      triggered('{ mail: { from: human } }'),
    );
    made.drop('boss', 'Two teas');
    await made.run();
    expect(made.lines('notice').map(({ to, text }) => [to, text])).toEqual([
      ['boss', 'Run flow-1 of flow has failed and is taken back. x: no'],
      ['human', 'Run flow-1 of flow has failed and is taken back. x: no'],
      [
        'boss',
        'Run flow-1 of flow is taken back: nothing of it is left. Why: x: no. See lemming workflow status flow-1',
      ],
      [
        'human',
        'Run flow-1 of flow is taken back: nothing of it is left. Why: x: no. See lemming workflow status flow-1',
      ],
    ]);
  });

  it('does so every so many turns', async () => {
    const made = org(STEP, () => [complete('ok')], triggered('{ every: 3 }'));
    await made.turns(7);
    expect([...stateOf(made).runs.all.keys()]).toEqual(['flow-4', 'flow-7']);
  });

  it('does so at its times; missed ones become one run, and that is told', async () => {
    const made = org(STEP, () => [complete('ok')], triggered('{ cron: "0 * * * *" }'));
    await made.turns(1);
    made.clock.advance(5 * 3_600_000);
    await made.turns(2);
    expect([...stateOf(made).runs.all.keys()]).toHaveLength(1);
    expect(made.lines('run-due').at(-1)?.notices[0]).toMatch(/5 times of its cron had come/);
    made.clock.advance(-2 * 3_600_000);
    await made.turns(2);
    expect([...stateOf(made).runs.all.keys()]).toHaveLength(1);
  });

  it('does not begin without an owner', async () => {
    const made = org(STEP, () => [], { head: 'on: { every: 1 }\ninputs: { text: { type: string, default: x } }\n' });
    await made.turns(3);
    expect(stateOf(made).runs.all.size).toBe(0);
  });
});

describe('runs', () => {
  it('have the same files at every concurrency', async () => {
    const files = [];
    for (const concurrency of [1, 8]) {
      const made = org(
        '  - { id: each, capability: words, foreach: { in: [1, 2, 3, 4], max: 9 }, do: "{{item}}" }\n  - { id: last, agent: b, needs: [each], do: "{{steps.each.result}}" }\n',
        (prompt) => [write(`${prompt.task}.md`, 'v'), complete(`of ${prompt.task}`)],
      );
      made.env.LEMMING_LIMITS_CONCURRENCY = String(concurrency);
      await made.ask(begin);
      await made.run();
      expect(runOf(made)?.status).toBe('completed');
      files.push(visible(made));
    }
    expect(files[1]).toEqual(files[0]);
  });
});

describe('a run that cannot be as it was meant', () => {
  const STEP = '  - { id: x, agent: a, do: X }\n';

  it('does not begin with wrong inputs, a key of another workflow, or too many open runs', async () => {
    const made = org('  - { id: rest, wait: { turns: 9 } }\n', () => [], {}, { org: { limits: { runs: 1 } } }).withFile(
      'org/workflows/other.yaml',
      `version: 1\nsteps:\n${STEP}`,
    );
    await made.ask({ ...begin, inputs: { n: 1 } });
    await made.ask({ ...begin, key: 'k' });
    await made.ask({ ...begin, run: 'r2', key: 'k', workflow: 'other' });
    await made.ask({ ...begin, run: 'r3' });
    await made.ask({ ...asked('retry') });
    await made.ask({ ...asked('undo') });
    await made.turns(1);
    expect(made.lines('run-asked').map(({ id, refused }) => [id, refused])).toEqual([
      ['r1', 'There is no input n'],
      ['r1', undefined],
      ['r2', 'the key "k" belongs to r1, a run of flow'],
      ['r3', '1 runs are open, which is the most'],
      ['r1', 'no step is named'],
      ['r1', 'it is running: cancel it first'],
    ]);
  });

  it('does not begin by itself when too many agents led to it, or its owner is set aside; people are told', async () => {
    const on = { head: 'owner: boss\non: { mail: { from: a } }\n' };
    const made = org(STEP, (prompt) => (prompt.agent === 'a' ? [say('boss', 'Go')] : []), on, {
      org: { limits: { hops: 1 } },
    });
    await made.turns(1);
    made.drop('a', 'Tell the boss');
    await made.turns(2);
    const said = () => made.lines('notice').map(({ text }) => text);
    expect(said()).toContain('A run of flow did not begin: it has passed through 1 agents without a person');
    made.disk.put('agents/boss/resume.md', '---\nmodel: 7\n---\n');
    made.restart();
    made.withFile('org/workflows/flow.yaml', `version: 1\nowner: boss\non: { every: 1 }\nsteps:\n${STEP}`);
    await made.turns(3);
    expect(stateOf(made).runs.all.size).toBe(0);
  });

  it('keeps the lower of two budgets, and can be cancelled while it waits for it', async () => {
    const made = org(
      `${STEP}  - { id: y, agent: b, do: Y }\n`,
      (prompt) => (prompt.agent === 'a' ? [complete('x')] : [{ tool: 'update_task', input: { note: 'Half.' } }]),
      { head: 'budget: 0.02\n' },
      { models: PRICED, credits: { agents: { a: { grant: 1 }, b: { grant: 1 } } } },
    );
    await made.ask({ ...begin, budget: 500_000 });
    await made.run();
    expect(runOf(made)).toMatchObject({ budget: 20_000, status: 'running' });
    expect(made.prompts).toHaveLength(2);
    await made.ask(asked('cancel'));
    await made.ask(asked('budget'));
    await made.turns(1);
    expect(runOf(made)).toMatchObject({ status: 'cancelled' });
    const refused = made.lines('run-asked').flatMap((line) => line.refused ?? []);
    expect(refused).toEqual(['no amount is named']);
    await made.ask({ ...asked('budget'), budget: 20_000 });
    await made.turns(1);
    expect(made.lines('run-asked').at(-1)?.refused).toBe('it is cancelled');
  });

  it('is not given notices as mail, and gives the names of many child runs', async () => {
    const made = org(
      '  - { id: x, workflow: child, foreach: { in: [1, 2], max: 2 }, with: { n: "{{item}}" } }\n',
      () => [complete('ok')],
    ).withFile(
      'org/workflows/child.yaml',
      'version: 1\ninputs: { n: { type: integer } }\nsteps:\n  - { id: w, wait: { mail: { from: a } }, timeout: 3 turns }\n',
    );
    await made.ask(begin);
    await made.turns(1);
    expect([...stateOf(made).runs.all.keys()]).toEqual(['r1', 'child-1', 'child-1-2']);
    const engine = made.open();
    expect([engine.idle(), engine.atRest()]).toEqual(['idle', false]);
    engine.close();
    await made.turns(6);
    expect(runOf(made)).toMatchObject({ status: 'compensated' });
    await made.ask(asked('retry', 'x'));
    await made.turns(8);
    expect(runOf(made)).toMatchObject({ status: 'compensated' });
  });

  it('that is taken back leaves what its child run could not take back', async () => {
    const made = org(
      '  - { id: x, workflow: child }\n  - { id: z, agent: b, needs: [x], retries: 0, do: Z }\n',
      (prompt) => (prompt.agent === 'a' ? [complete('made')] : [fail('no')]),
    ).withFile('org/workflows/child.yaml', 'version: 1\nsteps:\n  - { id: y, agent: a, compensate: none, do: Y }\n');
    await made.ask(begin);
    await made.run();
    expect(runOf(made)).toMatchObject({
      status: 'failed',
      rest: [{ step: 'x', why: 'y: it cannot be taken back' }],
    });
  });

  it('cancels its child runs, but not one that is being taken back', async () => {
    const made = org('  - { id: x, workflow: child }\n  - { id: y, workflow: slow }\n', (prompt) =>
      titleOf(prompt) === 'bad' ? [fail('no')] : titleOf(prompt) === 'good' ? [complete('ok')] : [],
    )
      .withFile(
        'org/workflows/child.yaml',
        'version: 1\nsteps:\n  - { id: good, agent: a, do: G, compensate: { do: Long. } }\n  - { id: bad, agent: b, needs: [good], retries: 0, do: B }\n',
      )
      .withFile(
        'org/workflows/slow.yaml',
        'version: 1\nsteps:\n  - { id: q, wait: { approval: { by: human, text: "?" } } }\n',
      );
    await made.ask(begin);
    await made.turns(3);
    expect(runOf(made, 'child-1')?.status).toBe('compensating');
    await made.ask({ ask: 'approve', by: 'human', id: 'A-1-slow-1-1', note: '' });
    await made.ask(asked('cancel'));
    await made.turns(1);
    expect(runOf(made)?.status).toBe('cancelled');
    expect(runOf(made, 'slow-1')?.status).toBe('cancelled');
    expect(runOf(made, 'child-1')?.status).toBe('compensating');
  });

  it('waits while the organisation is paused', async () => {
    const made = org(STEP, () => [complete('x')], { head: 'owner: boss\non: { every: 1 }\n' });
    await made.turns(1);
    await made.ask({ ask: 'pause', by: 'human', agent: null });
    await made.ask(begin);
    await made.turns(3);
    expect([...stateOf(made).runs.all.keys()]).toEqual(['r1']);
    expect(made.prompts).toEqual([]);
    made.withFile('org/workflows/flow.yaml', `version: 1\nsteps:\n${STEP}`);
    await made.turns(1);
    expect(stateOf(made).runs.marks.size).toBe(0);
  });

  it('fails with its child run, which has taken itself back, and stops the other one', async () => {
    const made = org('  - { id: x, workflow: bad }\n  - { id: y, workflow: slow }\n', () => [fail('no')])
      .withFile('org/workflows/bad.yaml', 'version: 1\nsteps:\n  - { id: b, agent: b, retries: 0, do: B }\n')
      .withFile('org/workflows/slow.yaml', 'version: 1\nsteps:\n  - { id: q, wait: { turns: 99 } }\n');
    await made.ask(begin);
    await made.turns(12);
    const statuses = [...stateOf(made).runs.all.values()].map(({ id, status }) => [id, status]);
    expect(statuses).toEqual([
      ['r1', 'compensated'],
      ['bad-1', 'compensated'],
      ['slow-1', 'cancelled'],
    ]);
  });

  it('goes on while its owner is set aside, and names no workflow that is far from what was meant', async () => {
    const made = org(
      '  - { id: rest, wait: { turns: 1 } }\n  - { id: x, agent: a, needs: [rest], do: X }\n',
      () => [complete('ok')],
      {
        head: 'owner: boss\non: { every: 2 }\n',
      },
    );
    await made.turns(3);
    expect([...stateOf(made).runs.all.keys()]).toEqual(['flow-3']);
    made.disk.put('agents/boss/resume.md', '---\nmodel: 7\n---\n');
    await made.ask({ ...begin, workflow: 'zzzzzzzz' });
    await made.turns(2);
    expect(runOf(made, 'flow-3')).toMatchObject({ status: 'completed', result: 'ok' });
    expect(made.lines('run-asked').map(({ refused }) => refused)).toEqual([
      undefined,
      'there is no valid workflow zzzzzzzz',
      'boss is not in the organisation',
    ]);
  });
});
