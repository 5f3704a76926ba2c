import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOrg } from '../../src/app/read-org.ts';
import { withEngine } from '../../src/app/run-engine.ts';
import { sendMessage } from '../../src/app/send.ts';
import * as inboxCommand from '../../src/commands/people/inbox.ts';
import * as readCommand from '../../src/commands/people/read.ts';
import * as runCommand from '../../src/commands/run/run.ts';
import * as bootstrapCommand from '../../src/commands/start/bootstrap.ts';
import { hasEdge } from '../../src/core/model/config.ts';
import { inboxOf } from '../../src/core/model/state/mail.ts';
import { agentState } from '../../src/core/model/state/staff.ts';
import { readMessage } from '../../src/disk/intake/incoming-message.ts';
import { realMachine } from '../../src/engine/machine.ts';
import { Crash } from '../../src/testing/memory-disk.ts';
import { checked } from '../commands/checked.ts';
import { ask, RELAY } from '../commands/relay.ts';
import { faultsOf, filesIn, inputOf, scratch, scratchOrg, testWorld } from '../commands/world.ts';
import { Org, resultsIn, say, textOf, visible } from './org.ts';

const inbox = checked(inboxCommand);
const read = checked(readCommand);
const runTurns = checked(runCommand);
const bootstrap = checked(bootstrapCommand);

const STAR = { human: ['a', 'b', 'c'], a: ['human'], b: ['human'], c: ['human'] };
const CANONICAL = /^agents\/[^/]+\/outbox\/\d{6}-\d{2}-[^/]*\.md$/;

describe('6.1 messages are neither lost, doubled nor misread', () => {
  it('6.1-01 a message is delivered once: it does not come back in later visits', async () => {
    const org = new Org({ edges: STAR, resumes: { a: { schedule: { when: 'always' } } } });
    org.drop('a', 'Do it.');
    await org.turns(3);
    await org.turns(3);
    expect(org.visits('a').map((prompt) => prompt.mail.map(({ id }) => id))).toEqual([
      ['000001-human-01'],
      [],
      [],
      [],
      [],
      [],
    ]);
    expect(org.delivered('a')).toEqual(['000001-human-01']);
  });

  it('6.1-02 unread mail waits: a chatty sender hides nobody, and how much waits is said', async () => {
    const many = Array.from({ length: 60 }, (_, i) => say('a', `Line ${i}`));
    const org = new Org(
      { edges: { human: ['chatty', 'quiet'], chatty: ['a'], quiet: ['a'] }, org: { limits: { inbox_tokens: 1000 } } },
      ({ agent }) => (agent === 'chatty' ? many : agent === 'quiet' ? [say('a', 'One thing.')] : undefined),
    );
    org.drop(['chatty', 'quiet'], 'Write to a.');
    await org.run();
    const [first] = org.visits('a');
    expect(first?.mail.map(({ from }) => from)).toContain('quiet');
    expect(first?.mail.length).toBeLessThan(61);
    expect(textOf(first)).toMatch(new RegExp(`\\(${first?.mail.length}, ${61 - (first?.mail.length ?? 0)} `));
    const delivered = org.delivered('a');
    expect(delivered).toHaveLength(61);
    expect(new Set(delivered).size).toBe(61);
    const ofChatty = delivered.filter((id) => id.includes('chatty'));
    expect(ofChatty).toEqual([...ofChatty].sort());
  });

  it('6.1-03 one long message hides nothing: the others are given, and it is cut, with the way to read the rest', async () => {
    const org = new Org({ edges: { human: ['a'] }, org: { limits: { inbox_tokens: 1000 } } });
    for (const body of ['First.', 'Second.']) org.drop('a', body);
    org.drop('a', `${'long '.repeat(20_000)}end`, { subject: 'Long' });
    await org.run();
    expect(org.delivered('a')).toEqual(['000001-human-01', '000001-human-02', '000001-human-03']);
    const prompt = org.visits('a').find(({ mail }) => mail.some(({ id }) => id === '000001-human-03'));
    expect(textOf(prompt)).toContain('[cut: 96,003 of 100,003 characters; read_mail 000001-human-03 shows all]');
    expect(textOf(prompt).length).toBeLessThan(10_000);
    expect(prompt?.tools.map(({ name }) => name)).toContain('read_mail');
  });

  it('6.1-04 a visit is given all unread mail, and nobody is called for an empty inbox', async () => {
    const org = new Org({ edges: STAR });
    for (const body of ['First.', 'Second.', 'Third.']) org.drop('a', body);
    await org.turns(4);
    expect(org.prompts.map(({ agent, turn, mail }) => [agent, turn, mail.length])).toEqual([['a', 1, 3]]);
  });

  it('6.1-05 recipients are enforced: only the addressee is given a message, though others may read that author', async () => {
    const org = new Org({ edges: { human: ['a'], a: ['b', 'c'] } }, ({ agent }) =>
      agent === 'a' ? [say('b', 'For b alone: TOKEN-7')] : undefined,
    );
    org.drop('a', 'Begin.');
    await org.run();
    expect(org.delivered('b')).toEqual(['000001-a-01']);
    expect(org.visits('c')).toEqual([]);
    expect(org.messages('a').map(({ to }) => to)).toEqual([['b']]);
  });

  it('6.1-05 mail without an edge does not leave, and its author is told in the same visit', async () => {
    const org = new Org({ edges: { human: ['a', 'c'], a: ['b'] } }, ({ n }) =>
      n === 1 ? [say('c', 'Hello'), say('b', 'Hello')] : undefined,
    );
    org.drop('a', 'Begin.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ agent: 'a', outcome: 'ok', sent: 1, refused: 1 }]);
    expect(resultsIn(org.prompts[1]).map(({ ok }) => ok)).toEqual([false, true]);
    expect(org.lines('visit')[0]?.refusals).toMatchObject([{ tool: 'send_message', rule: 'edge' }]);
    expect(org.messages('a').map(({ to }) => to)).toEqual([['b']]);
  });

  it('6.1-05 mail whose edge goes before delivery becomes a dead letter, and author and human are told', async () => {
    const org = new Org({ edges: { human: ['a'], a: ['b'] } }, ({ agent }) =>
      agent === 'a' ? [say('b', 'Hello')] : undefined,
    );
    org.drop('a', 'Begin.');
    await org.turns(1);
    org.disk.put(
      'org/chart.yaml',
      'version: 1\nagents: { human: { send_to: [a] }, a: { read_from: [human] }, b: {} }\n',
    );
    await org.turns(1);
    expect(org.visits('b')).toEqual([]);
    expect(org.lines('dead').map(({ record }) => [record.id, record.reason, record.to])).toEqual([
      ['000001-a-01', 'no-edge', ['b']],
    ]);
    expect(org.read('org/dead-letter/000001-a-01.md')).toContain('no-edge');
    expect(org.messages('a')).toHaveLength(1);
    for (const name of ['a', 'human'])
      expect(await org.look(({ state }) => agentState(state.staff, name).notices.map(({ about }) => about))).toEqual([
        'dead-letter',
      ]);
  });

  it('6.1-06 mail to an agent that does not read the human is refused by send, and set aside when dropped', async () => {
    const deaf = 'version: 1\nagents: { human: { send_to: [a] }, a: { read_from: [] } }\n';
    const root = scratchOrg({ ...RELAY, edges: { human: ['a'] }, credits: {}, files: { 'org/chart.yaml': deaf } });
    const view = readOrg({ machine: realMachine, root, env: {} });
    expect(
      await faultsOf(Promise.resolve().then(() => sendMessage(view, 'human', { to: ['a'], body: 'Hello' }))),
    ).toEqual(['refused']);
    expect(Object.keys(filesIn(root)).filter((path) => path.includes('/outbox/'))).toEqual([]);
    const org = new Org({ edges: { human: ['a'] } });
    org.disk.put('org/chart.yaml', deaf);
    const path = org.drop('a', 'Hello');
    await org.turns(2);
    expect(org.prompts).toEqual([]);
    expect(org.lines('aside')).toMatchObject([{ path, reason: 'no-edge', owner: 'human' }]);
    expect(org.read(path)).not.toBeNull();
    expect(org.paths(/^org\/dead-letter\//)).toHaveLength(1);
  });

  it('6.1-06 in the organisation out of the box everyone reads the human and may answer', async () => {
    const root = scratch();
    await bootstrap(testWorld('', { cwd: root }), inputOf());
    const { config } = readOrg({ machine: realMachine, root, env: {} });
    const agents = config.order.filter((name) => name !== 'human');
    expect(agents.filter((name) => !hasEdge(config, 'human', name) || !hasEdge(config, name, 'human'))).toEqual([]);
    sendMessage(readOrg({ machine: realMachine, root, env: {} }), 'human', { to: ['planner'], body: 'How do you do?' });
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
      for (let i = 0; i < 30 && engine.idle() === 'busy'; i++) await engine.turn();
      expect(inboxOf(engine.state.mail, 'human').map(({ from }) => from)).toContain('planner');
    });
  });

  it('6.1-07 mail that nobody read is never deleted: after 130 turns it is there, and is delivered', async () => {
    const org = new Org(
      { edges: { human: ['a', 'b'], b: ['a', 'human'], a: ['human'] }, org: { limits: { live_turns: 5 } } },
      ({ agent }) =>
        agent === 'b'
          ? [say('a', 'From b.', { subject: 'From b' }), say('human', 'From b.', { subject: 'From b' })]
          : undefined,
    );
    await org.ask({ ask: 'pause', by: 'human', agent: 'a' });
    org.drop('a', 'From the human.');
    org.drop('b', 'Write to all.');
    await org.turns(1);
    const written = visible(org);
    await org.turns(130);
    const kept = [...visible(org)].filter(([path]) => CANONICAL.test(path)).map(([path]) => path);
    expect(kept.map((path) => path.slice(path.lastIndexOf('/') + 1, -3))).toEqual([
      '000001-01-a-from-b',
      '000001-02-human-from-b',
      '000001-01-a-from-the-human',
    ]);
    await org.ask({ ask: 'resume', by: 'human', agent: 'a' });
    await org.turns(1);
    expect(org.delivered('a').sort()).toEqual(['000001-b-01', '000001-human-01']);
    await org.turns(60);
    const archived = [...visible(org)].filter(([path]) => path.includes('/outbox/archive/0000/'));
    expect(archived).toHaveLength(3);
    for (const [path, text] of archived) expect(text).toBe(written.get(path.replace('/archive/0000', '')));
  });

  it('6.1-07 what is attached to unread mail stays beside it, and goes to the archive with it', async () => {
    const files = { 'agents/b/workspace/plan.txt': 'The plan.' };
    const org = new Org(
      { edges: { human: ['b'], b: ['a'] }, org: { limits: { live_turns: 3 } }, files },
      ({ agent }) => (agent === 'b' ? [say('a', 'See the plan.', { attachments: ['plan.txt'] })] : undefined),
    );
    await org.ask({ ask: 'pause', by: 'human', agent: 'a' });
    org.drop('b', 'Send it.');
    await org.turns(60);
    const names = ['000001-01-a-see-the-plan.md', '000001-01.files/plan.txt'];
    expect(org.paths(/^agents\/b\/outbox\//)).toEqual(names.map((name) => `agents/b/outbox/${name}`));
    await org.ask({ ask: 'resume', by: 'human', agent: 'a' });
    await org.turns(60);
    expect(org.paths(/^agents\/b\/outbox\//)).toEqual(names.map((name) => `agents/b/outbox/archive/0000/${name}`));
  });

  it('6.1-08 a message appears whole or not at all, whenever the machine stops', async () => {
    const plan = { edges: { human: ['a'], a: ['b', 'human'] }, name: 'whole' };
    const mind = () => [say(['b', 'human'], 'A text that is long enough to be torn.'), say('b', 'Another.')];
    const whole = new Org(plan, mind);
    whole.drop('a', 'Begin.');
    const operations: { name: string; path: string }[] = [];
    whole.disk.plan = ({ name, path }) => {
      operations.push({ name, path });
      return 'go';
    };
    await whole.turns(1);
    const made = operations.filter(({ name, path }) => CANONICAL.test(path) && name !== 'syncFile');
    expect(made.length).toBeGreaterThan(0);
    expect(made.map(({ name }) => name)).toEqual(made.map(() => 'link'));
    for (let at = 1; at <= operations.length; at++) {
      const org = new Org(plan, mind);
      org.drop('a', 'Begin.');
      const start = org.disk.count;
      org.disk.plan = ({ index }) => (index - start === at ? 'crash-torn' : 'go');
      await expect(org.turns(1)).rejects.toThrow(Crash);
      org.restart();
      for (const path of org.paths(CANONICAL)) expect(org.read(path)).toBe(whole.read(path));
    }
  });

  it('6.1-08 a file that a person made under the very name keeps its bytes; the message lies beside it and is delivered', async () => {
    const path = 'agents/a/outbox/000001-01-b-hello.md';
    const org = new Org({ edges: { human: ['a'], a: ['b'] } }, ({ agent }) => {
      if (agent === 'a') org.disk.put(path, 'Mine.');
      return agent === 'a' ? [say('b', 'Hello', { subject: 'Hello' })] : undefined;
    });
    org.drop('a', 'Begin.');
    const [report] = await org.turns(1);
    expect(org.read(path)).toBe('Mine.');
    expect(report?.conflicts).toEqual([{ path, ours: `${path}.conflict-1` }]);
    expect(org.read(`${path}.conflict-1`)).toContain('Hello\n');
    await org.turns(1);
    expect(org.delivered('b')).toEqual(['000001-a-01']);
  });

  it('6.1-08 a file that is being written is waited for, at most a second, then left for the next turn', async () => {
    for (const [changes, taken] of [
      [1, 1],
      [3, 2],
    ] as const) {
      const org = new Org({ edges: { human: ['a'] } });
      const path = org.drop('a', 'Half of a sent');
      let left: number = changes;
      org.disk.now = () => org.clock.now();
      org.disk.put(path, '---\nto: a\n---\nHalf of a sent');
      org.clock.sleep = async (ms) => {
        org.clock.advance(ms);
        if (left-- > 0) org.disk.put(path, `---\nto: a\n---\nHalf of a sentence and the rest.${' '.repeat(left)}\n`);
      };
      const start = org.clock.now();
      await org.turns(1);
      expect(org.clock.now() - start).toBeLessThanOrEqual(1000);
      await org.turns(2);
      expect(org.visits('a').map(({ turn }) => turn)).toEqual([taken]);
      expect(org.messages('human').map(({ body }) => body.trim())).toEqual(['Half of a sentence and the rest.']);
    }
  });

  it('6.1-09 a second file in the same instant is seen: no time of a folder decides', async () => {
    const root = scratchOrg(RELAY);
    const outbox = join(root, 'agents/human/outbox');
    ask(root, 'a', 'First.', 'one');
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
      await engine.turn();
      const { atime, mtime } = statSync(outbox);
      ask(root, 'a', 'Second.', 'two');
      utimesSync(outbox, atime, mtime);
      await engine.turn();
      ask(root, 'b', 'Third.', 'three');
      utimesSync(outbox, atime, mtime);
      expect(engine.idle()).toBe('busy');
      await engine.turn();
    });
    const drops = Object.keys(filesIn(root)).filter((path) => /^agents\/human\/outbox\/\d{6}-/.test(path));
    expect(drops.map((path) => path.slice(-16, -3))).toEqual(['01-01-a-first', '2-01-a-second', '03-01-b-third']);
  });

  it('6.1-09 a later file of a name that was used before is a new message', async () => {
    const org = new Org({ edges: { human: ['a'] } });
    for (const body of ['One.', 'One.', 'Two.']) {
      org.disk.put('agents/human/outbox/a.md', `${body}\n`);
      await org.run();
    }
    expect(org.visits('a').map(({ mail }) => mail.map((message) => message.body))).toEqual([
      ['One.'],
      ['One.'],
      ['Two.'],
    ]);
  });

  it('6.1-10 an unknown key in a drop sets the file aside once, with a reason; mended it is delivered', async () => {
    const org = new Org({ edges: { human: ['a'] } });
    const path = org.drop('a', 'Hello', { colour: 'red' });
    org.drop('a', 'Another');
    await org.turns(5);
    expect(org.delivered('a')).toEqual(['000001-human-01']);
    expect(org.lines('aside')).toMatchObject([{ path, reason: 'malformed', owner: 'human' }]);
    const [letter] = org.paths(/^org\/dead-letter\//);
    expect(org.read(letter as string)).toContain(`${path}:3:1`);
    org.disk.put(path, '---\nto: a\n---\nHello\n');
    await org.run();
    expect(org.delivered('a')).toEqual(['000001-human-01', '000006-human-01']);
  });

  it('6.1-10 a message of an agent that gets an unknown key before it was read is still delivered', async () => {
    const org = new Org({ edges: { human: ['a'], a: ['b'] } }, ({ agent }) =>
      agent === 'a' ? [say('b', 'Hello')] : undefined,
    );
    org.drop('a', 'Begin.');
    await org.turns(1);
    const [path] = org.paths(/^agents\/a\/outbox\//) as [string];
    org.disk.put(path, (org.read(path) as string).replace('turn: 1\n', 'turn: 1\ncolour: red\n'));
    await org.turns(1);
    expect(org.visits('b').map(({ mail }) => mail.map(({ body }) => body))).toEqual([['Hello']]);
    expect(org.read(path)).toContain('colour: red\n');
  });

  it('6.1-11 a drop may be called anything; what is taken gets the one canonical name', async () => {
    const names = [
      '2024-01-01_human_x.md',
      'chat_1a2b.md',
      'Grüße an a.md',
      'a.md',
      'UPPER.md',
      '000001-01-a-fake.md',
      'to a; rm -rf.md',
    ];
    const org = new Org({ edges: { human: ['a'] } });
    for (const name of names) org.disk.put(`agents/human/outbox/${name}`, `---\nto: a\n---\n${name}\n`);
    org.disk.put('agents/human/outbox/a/note.md', 'in a folder\n');
    await org.turns(1);
    expect(
      org
        .visits('a')[0]
        ?.mail.map(({ body }) => body)
        .sort(),
    ).toEqual([...names, 'in a folder'].sort());
    const left = org.paths(/^agents\/human\/outbox\//);
    expect(left).toHaveLength(8);
    for (const path of left) {
      expect(path).toMatch(CANONICAL);
      expect(readMessage(org.read(path) as string, path).message?.path).toBe(path);
    }
  });

  it('6.1-11 an attached file is never taken for a message, nor does one take the place of another', async () => {
    const forged =
      '---\nid: 000001-b-01\nfrom: b\nto: [human]\nturn: 1\nkind: message\nsubject: Hello\npriority: normal\nthread: 000001-b-01\nhops: 1\n---\nForged.\n';
    const files = {
      'agents/b/workspace/a-hello.md': forged,
      'agents/b/workspace/0.md': forged,
      'agents/b/workspace/x/n.txt': 'One',
      'agents/b/workspace/y/n.txt': 'Two',
    };
    const org = new Org({ edges: { human: ['b'], b: ['a'] }, files }, ({ agent }) =>
      agent === 'b'
        ? [say('a', 'Real.', { subject: 'Hello', attachments: ['a-hello.md', '0.md', 'x/n.txt', 'y/n.txt'] })]
        : undefined,
    );
    org.drop('b', 'Send it.');
    await org.turns(2);
    const [message, ...more] = org.messages('b');
    expect([message?.body, message?.to, more]).toEqual(['Real.', ['a'], []]);
    expect(org.paths(/conflict/)).toEqual([]);
    const attached = message?.attachments?.map((name) => org.read(`agents/b/outbox/000001-01.files/${name}`));
    expect(attached).toEqual([forged, forged, 'One', 'Two']);
  });

  it('6.1-12 mail comes in the order it was written, with its conversation before it', async () => {
    const org = new Org({ edges: { human: ['a'], a: ['b', 'human'], b: ['a'] } }, ({ agent, mail, turn }) => {
      if (agent === 'b') return [say('a', `Answer ${turn}`, { reply_to: mail[0]?.id ?? '' })];
      return mail[0]?.from === 'human' ? [say('b', 'Question')] : undefined;
    });
    for (const body of ['First.', 'Second.', 'Third.']) org.drop('a', body, { thread: 'talk' });
    await org.run();
    const [first, second] = org.visits('a');
    const text = textOf(first);
    const places = ['First.', 'Second.', 'Third.'].map((body) => text.indexOf(body));
    expect(places).toEqual([...places].sort((x, y) => x - y));
    expect(org.messages('b')).toMatchObject([{ thread: 'talk', reply_to: '000001-a-01' }]);
    const later = textOf(second);
    const ids = ['000001-human-03', '000001-a-01', '000002-b-01'].map((id) => later.indexOf(`id="${id}"`));
    expect(ids).not.toContain(-1);
    expect(ids).toEqual([...ids].sort((x, y) => x - y));
  });

  it('6.1-13 the inbox holds the mail to the human, in full, and knows what was read', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    await runTurns(testWorld(root), inputOf({ flags: { 'until-idle': true } }));
    const list = async () => ((await inbox(testWorld(root), inputOf())).data as { messages: object[] }).messages;
    expect(await list()).toMatchObject([
      { id: '000003-a-01', from: 'a', to: ['human'], body: 'It is 42.', read: false, thread: '000001-human-01' },
    ]);
    await read(testWorld(root), inputOf({ args: { id: '000003-a-01' } }));
    expect(await list()).toMatchObject([{ id: '000003-a-01', read: true }]);
  });

  it('6.1-14 an answer belongs to the message it answers, and only the one who is asked is billed', async () => {
    const price = { default: { provider: 'mind', price: { per_call: 0.01 } } };
    const credits = { agents: { a: { grant: 1 }, b: { grant: 1 } } };
    const org = new Org({ edges: STAR, models: price, credits }, ({ agent }) => [say('human', `I am ${agent}.`)]);
    org.drop('b', 'An older question');
    await org.turns(1);
    org.drop('b', 'Who are you?');
    org.drop('a', 'Who are you?');
    const [report] = await org.turns(1, { only: 'a' });
    expect(report?.visits).toMatchObject([{ agent: 'a', cost: 10_000 }]);
    expect(report?.spent).toBe(10_000);
    const asked = org.messages('human').find(({ to, turn }) => to[0] === 'a' && turn === 2);
    expect(org.messages('a')).toMatchObject([{ thread: asked?.thread, reply_to: asked?.id }]);
    await org.turns(1);
    expect(org.messages('b').map(({ reply_to }) => reply_to)).toEqual(['000001-human-01', '000002-human-01']);
  });
});

describe('6.1-08 what the folder of a real machine shows', () => {
  it('6.1-08 a drop without its last byte of front matter is set aside, not skipped', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'b', 'Good.', 'good');
    writeFileSync(join(root, 'agents/human/outbox/torn.sent.md'), '---\nto: a\n--');
    const { data } = await runTurns(testWorld(root), inputOf({ flags: { turns: 1 } }));
    expect(data).toMatchObject({ visits: [{ agent: 'b', outcome: 'ok' }] });
    const files = filesIn(root);
    expect(files['agents/human/outbox/torn.sent.md']).toBe('---\nto: a\n--');
    expect(Object.keys(files).filter((path) => path.startsWith('org/dead-letter/'))).toHaveLength(1);
  });
});
