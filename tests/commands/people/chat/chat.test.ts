import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../../src/app/run-engine.ts';
import { realMachine } from '../../../../src/engine/machine.ts';
import { filesIn } from '../../world.ts';
import { exists, lemming, objectsIn, office, put, textOf, turns } from '../world.ts';

/** Waits until the line lies in the outbox. */
async function dropped(root: string): Promise<void> {
  const drops = () =>
    exists(root, 'agents/human/outbox') ? Object.keys(filesIn(join(root, 'agents/human/outbox'))) : [];
  while (!drops().some((name) => name.endsWith('.sent.md') && !name.startsWith('.')))
    await new Promise((done) => setTimeout(done, 20));
}

describe('chat', () => {
  it('scenario 8: shows the reply to my line, and bills nobody else', async () => {
    const root = office();
    await lemming(root, ['send', 'hr', 'unrelated']);
    const { exit, out } = await lemming(root, ['chat', 'planner'], { stdin: 'Hello\n' });
    expect([exit, out]).toEqual([0, 'planner: Planner says hello.\n']);
    expect((await lemming(root, ['costs', '--json'])).data).toMatchObject({
      spent: 0.01,
      by_agent: { planner: { calls: 1 }, hr: { calls: 0 } },
    });
    expect((await lemming(root, ['inbox', '--json', '--unread'])).data.messages).toEqual([]);
  });

  it('keeps one conversation, and lets others work when the answer needs them', async () => {
    const root = office();
    const { out, data } = await lemming(root, ['chat', 'manager', '--json'], { stdin: 'one\nplan\n\n/quit\nnever\n' });
    expect(objectsIn(out).map((answer) => answer.body)).toEqual(['Heard: one', 'The plan is ready.']);
    expect(data).toMatchObject({ agent: 'manager', lines: 2, answered: 2, spent: 0.04 });
    const { messages } = (await lemming(root, ['history', data.thread, '--json'])).data;
    expect(messages.map((m: { from: string }) => m.from)).toEqual([
      'human',
      'manager',
      'human',
      'manager',
      'planner',
      'manager',
    ]);
  });

  it('says why there is no answer, and ends with 1, or 8 when the provider fails', async () => {
    const root = office();
    const silent = await lemming(root, ['chat', 'manager'], { stdin: 'nothing\n' });
    expect([silent.exit, silent.out]).toEqual([1, '']);
    expect(silent.err).toContain('No reply from manager');
    const down = await lemming(root, ['chat', 'hr'], { stdin: 'down\n' });
    expect([down.exit, down.err]).toEqual([8, expect.stringContaining('unavailable')]);
  });

  it('knows commands of its own', async () => {
    const root = office();
    put(root, 'picture.png', 'png');
    const { out, err } = await lemming(root, ['chat', 'manager'], {
      stdin: 'Hello\n/cost\n/to planner\n/attach picture.png\nHi\n/to nobody\n/step\n/what\n',
    });
    expect(out).toBe('manager: Heard: Hello\nplanner: Planner says hello.\n');
    expect(err).toContain('0.01 credits spent in this chat; manager has 9.99 left');
    expect(err).toContain('no agent "nobody"');
    expect(err).toContain('/quit ends');
    expect(textOf(root, 'agents/human/outbox/000002-01.files/picture.png')).toBe('png');
    expect((await lemming(root, ['status', '--json'])).data.turn).toBe(3);
  });

  it('talks with the first agent of the chart when none is named, and refuses a missing edge', async () => {
    const root = office();
    expect((await lemming(root, ['chat'], { stdin: 'Hello\n' })).out).toBe('manager: Heard: Hello\n');
    expect((await lemming(root, ['chat', 'nobody'])).exit).toBe(6);
    const refused = await lemming(root, ['chat', 'coder'], { stdin: 'Hello\n' });
    expect([refused.exit, refused.err]).toEqual([4, expect.stringContaining('rule: edge')]);
  });

  it('where an engine runs, waits for the answer that its turns bring', async () => {
    const root = office();
    await turns(root, 1);
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
      const chatting = lemming(root, ['chat', 'planner'], { stdin: 'Hello\n' });
      await dropped(root);
      await engine.turn();
      const { exit, out, err } = await chatting;
      expect([exit, out]).toEqual([0, 'planner: Planner says hello.\n']);
      expect(err).toContain('Waiting for lemming run');
    });
  });

  it('goes on itself when the other engine ends first', async () => {
    const root = office();
    const chatting = await withEngine({ machine: realMachine, root, env: {} }, 'run', async () => {
      const talk = lemming(root, ['chat', 'planner'], { stdin: 'Hello\n' });
      await dropped(root);
      return { talk };
    });
    expect((await chatting.talk).out).toBe('planner: Planner says hello.\n');
  });

  it('bills only those whose mail belongs to the conversation', async () => {
    const root = office();
    await lemming(root, ['send', 'hr', 'unrelated']);
    const { exit, out } = await lemming(root, ['chat', 'manager'], { stdin: 'plan\n' });
    expect([exit, out]).toEqual([0, 'manager: The plan is ready.\n']);
    const { by_agent } = (await lemming(root, ['costs', '--json'])).data;
    expect([by_agent.manager.calls, by_agent.planner.calls, by_agent.hr.calls]).toEqual([2, 1, 0]);
  });

  it('goes on with a conversation, and lists them', async () => {
    const root = office();
    const { data } = await lemming(root, ['chat', 'manager', '--json'], { stdin: 'one\n' });
    const again = await lemming(root, ['chat', '--thread', data.thread, '--json'], { stdin: 'two\n' });
    expect(again.data).toMatchObject({ agent: 'manager', thread: data.thread, answered: 1 });
    expect((await lemming(root, ['history', data.thread, '--json'])).data.messages).toHaveLength(4);
    const talk = await lemming(root, ['chat', 'planner'], {
      stdin: `/thread\n/thread 000001-human-01\n/thread nothing\nthree\n`,
    });
    expect(talk.out).toBe('manager: Heard: three\n');
    expect(talk.err).toContain(data.thread);
    expect(talk.err).toContain('human: one\nmanager: Heard: one');
    expect(talk.err).toContain('no conversation "nothing"');
    expect((await lemming(root, ['chat', '--thread', 'nothing'], { stdin: '' })).exit).toBe(6);
  });

  it('takes texts of many lines', async () => {
    const root = office();
    const { out } = await lemming(root, ['chat', 'manager'], { stdin: 'one\\\ntwo\n"""\nthree\n/help\n"""\n' });
    expect(out).toBe('manager: Heard: one\ntwo\nmanager: Heard: three\n/help\n');
  });

  it('names the nearest of what it does not know, and makes a turn for one agent', async () => {
    const root = office();
    await lemming(root, ['send', 'hr', 'Hello']);
    await lemming(root, ['send', 'planner', 'Hello']);
    const { err } = await lemming(root, ['chat', 'manager'], { stdin: '/stop\n/step planner\n/step nobody\n/inbox\n' });
    expect(err).toContain('Did you mean "/step"?');
    expect(err).toContain('no agent "nobody"');
    expect(err).toContain('Planner says hello.');
    expect((await lemming(root, ['costs', '--json'])).data.by_agent).toMatchObject({
      hr: { calls: 0 },
      planner: { calls: 1 },
    });
  });

  it('approves and denies what an answer waits for', async () => {
    const root = office({ org: { policies: [{ act: 'send_message to:human', do: { ask: ['human'] } }] } });
    const { exit, err, out } = await lemming(root, ['chat', 'manager'], {
      stdin:
        'Hello\n/approve\n/approve A-1-manager-1\nHello again\n/deny A-3-manager-1 not now\n/deny\n/approve A-9-x-1\n',
    });
    expect(err).toContain(
      'manager wants to use send_message. Answer with /approve A-1-manager-1 or /deny A-1-manager-1',
    );
    expect(out).toContain('manager: Heard: Hello');
    expect(err).toContain('Denied: manager');
    expect(err).toContain('No action waits for you.');
    expect(err).toContain('No pending action has the id "A-9-x-1"');
    expect(exit).toBe(1);
  });

  it('approves what an answer waits for, and all like it from then on', async () => {
    const policies = [{ act: 'send_message to:human', do: { ask: ['human'] } }];
    const root = office({ org: { policies, tools: { prices: { send_message: 0.02 } } } });
    const { err, out } = await lemming(root, ['chat', 'manager'], {
      stdin: 'Hello\n/always\n/always A-1-manager-1 go on\nHello again\n',
    });
    expect(err).toMatch(/A-1-manager-1 +manager +send_message \(0.02 credits\) [\s\S]*\/always ID/);
    expect(err).toContain('From now on, these need no approval: send_message agent:manager to:human.');
    expect(out).toContain('manager: Heard: Hello\n');
    expect(out).toContain('manager: Heard: Hello again');
    expect((await lemming(root, ['policies'])).out).toMatch(/1 +send_message agent:manager to:human +always/);
  });

  it('says what became of the turn when it is to stop', async () => {
    const root = office();
    const stop = new AbortController();
    const onOut = () => stop.abort();
    const { exit, err } = await lemming(root, ['chat', 'manager'], {
      stdin: 'Hello\nnever\n',
      signal: stop.signal,
      onOut,
    });
    expect(exit).toBe(130);
    expect(err).toMatch(/Stopped as you asked; .*To continue: lemming chat manager --thread chat-000001-\w+/);
  });
});
