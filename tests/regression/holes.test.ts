import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Json, type Prompt, ProviderError } from '../../src/core/model/call.ts';
import { inboxOf } from '../../src/core/model/state/mail.ts';
import { permitPath } from '../../src/core/model/tool-path.ts';
import { realClock } from '../../src/disk/fs/clock.ts';
import { realHost } from '../../src/disk/fs/host.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { load } from '../../src/engine/journal/load.ts';
import type { TurnReport } from '../../src/engine/log/report.ts';
import type { Ports } from '../../src/engine/ports.ts';
import { Engine } from '../../src/engine/turn/engine.ts';
import { FaultError } from '../../src/schema/fault.ts';
import { isName, isRecipient, parseMessageId } from '../../src/schema/name.ts';
import { buildOrg, type OrgPlan } from '../../src/testing/build-org.ts';
import { TOOLS } from '../../src/tools/all.ts';
import type { LogEvent } from '../../src/views/journal/log-event.ts';
import { filesIn, scratch } from '../commands/world.ts';
import { keptIn } from '../kept.ts';
import { type Act, CALL, type Mind, Org, PRICED, resultsIn, say, textOf, visible } from './org.ts';

const STAR = { human: ['a', 'b', 'c'], a: ['b', 'human'], b: ['a', 'human'], c: ['human'] };
const GRANTS = { agents: { a: { grant: 1 }, b: { grant: 1 }, c: { grant: 1 } } };
const act = (tool: string, input: Json): Act => ({ tool, input });
/** Does so in the first call of the first agent. */
const first =
  (acts: Act[]): Mind =>
  ({ agent, n }) =>
    agent === 'a' && n === 1 ? acts : undefined;

/** An org in a real folder beside another one that is none of its business. */
class RealOrg {
  readonly outside: string;
  readonly root: string;
  readonly disk: ReturnType<typeof realDisk>;
  readonly prompts: Prompt[] = [];
  private readonly minded: Org;

  constructor(plan: OrgPlan, mind: Mind) {
    const folder = scratch();
    this.outside = join(folder, 'outside');
    this.root = join(folder, 'org');
    mkdirSync(this.outside);
    mkdirSync(this.root);
    writeFileSync(join(this.outside, 'secret.txt'), 'SECRET-99');
    this.disk = realDisk(this.root);
    buildOrg(this.disk, { models: { default: { provider: 'mind' } }, ...plan });
    this.minded = new Org({ edges: {} }, (prompt) => {
      this.prompts.push(prompt);
      return mind(prompt);
    });
  }

  at(path: string): string {
    return join(this.root, path);
  }

  /** Makes a link in the org; what it leads to is an absolute path or relative to the link. */
  link(path: string, target: string): void {
    const folder = this.at(path).replace(/\/[^/]*$/, '');
    mkdirSync(folder, { recursive: true });
    symlinkSync(target, this.at(path));
  }

  drop(to: string, body: string): void {
    this.disk.create(`agents/human/outbox/${to}-${body.length}.sent.md`, `---\nto: ${to}\n---\n${body}\n`);
  }

  turn(): Promise<TurnReport> {
    return this.with((engine) => engine.turn());
  }

  async with<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    const ports: Ports = {
      ...this.minded.ports(),
      disk: this.disk,
      kept: keptIn(this.disk),
      clock: realClock,
      host: realHost(this.root),
    };
    const engine = Engine.open(ports, TOOLS, 'run');
    try {
      return await work(engine);
    } finally {
      engine.close();
    }
  }
}

describe('holes of the earlier program', () => {
  it('4-01 a torn record of the last turn does not rewind the organisation: 7 stays 7', async () => {
    const org = new Org({ edges: STAR, resumes: { b: { schedule: { when: 'always' } } } });
    await org.killedAfter(7);
    const path = 'org/journal/000007.jsonl';
    const whole = org.read(path) as string;
    for (const length of [0, 1, 40, whole.length - 1, whole.length]) {
      org.disk.put(path, whole.slice(0, length));
      const { state, unfinished } = load(org.disk);
      expect([
        state.clock.turn === 7,
        state.clock.turn >= 6,
        unfinished === null || unfinished.open.turn === 7,
      ]).toEqual([length >= whole.length - 1, true, true]);
    }
    expect((await org.turns(1)).map(({ turn }) => turn)).toEqual([8]);
  });

  it('4-02 no operation of the engine ever touches credits.yaml, and a torn one takes no money', async () => {
    const org = new Org({ edges: STAR, models: PRICED, credits: GRANTS }, () => [say('human', 'Done.')]);
    const touched: string[] = [];
    org.disk.plan = ({ path }) => {
      if (/^org\/[^/]+\.yaml/.test(path)) touched.push(path);
      return 'go';
    };
    org.drop(['a', 'b', 'c'], 'Work.');
    await org.turns(2);
    await org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: 5, note: '' });
    await org.turns(1);
    expect(touched).toEqual([]);
    const good = org.read('org/credits.yaml') as string;
    org.disk.put('org/credits.yaml', good.slice(0, -4));
    await expect(org.turns(1)).rejects.toThrow(FaultError);
    org.disk.put('org/credits.yaml', good);
    expect(await org.look(({ state }) => [state.money.org.spent, state.staff.agents.get('a')?.granted])).toEqual([
      3 * CALL,
      5,
    ]);
  });

  it('4-03 one bad act costs one call, sends nothing twice and is charged', async () => {
    const org = new Org({ edges: STAR, models: PRICED, credits: GRANTS }, first([say('b', 'Hello'), act('', 'x')]));
    org.drop('a', 'Work.');
    await org.turns(4);
    expect(org.visits('a').map(({ turn }) => turn)).toEqual([1]);
    expect(org.messages('a').map(({ id }) => id)).toEqual(['000001-a-01']);
    expect(org.delivered('b')).toEqual(['000001-a-01']);
    expect(await org.look(({ state }) => state.staff.agents.get('a')?.spent)).toBe(2 * CALL);
  });

  it.each(['agent_path', 'agent_name', 'base_path', 'agent', 'from', '__proto__', 'constructor'])(
    '4-04 an input with the key %s is refused and stops nobody',
    async (key) => {
      const inputs = [
        act('send_message', JSON.parse(`{"to":"b","body":"x","${key}":"b"}`) as Json),
        act('write_file', JSON.parse(`{"path":"x","content":"x","${key}":"../b"}`) as Json),
        act('remember', JSON.parse(`{"key":"x","text":"x","${key}":"b"}`) as Json),
      ];
      const org = new Org({ edges: STAR, resumes: { a: { tools: ['write_file', 'remember'] } } }, first(inputs));
      org.drop(['a', 'b'], 'Work.');
      const [report] = await org.turns(1);
      expect(report?.visits.map(({ agent, outcome }) => [agent, outcome])).toEqual([
        ['a', 'ok'],
        ['b', 'ok'],
      ]);
      expect(org.paths(/^agents\/b\/(workspace|memory|outbox)/)).toEqual([]);
      const made = org.lines('sent').map(({ message }) => message.from);
      expect(made.filter((from) => from !== 'a')).toEqual([]);
      if (key !== '__proto__') expect(report?.visits[0]?.refused).toBe(3);
    },
  );

  it('4-05 a 429 of one agent repeats no visit of the others', async () => {
    const org = new Org({ edges: STAR, models: PRICED, credits: GRANTS }, ({ agent }) => {
      if (agent === 'b') throw new ProviderError('rate-limit', '429', { retryAfterMs: 1000 });
      return [say('human', 'Done.')];
    });
    org.drop(['a', 'b'], 'Work.');
    await org.turns(3);
    expect(org.visits('a')).toHaveLength(1);
    expect(org.messages('a')).toHaveLength(1);
    expect(await org.look(({ state }) => ['a', 'b'].map((name) => state.staff.agents.get(name)?.spent))).toEqual([
      CALL,
      0,
    ]);
  });

  it('4-06 of two entries that are added both are kept', async () => {
    const org = new Org({ edges: STAR, resumes: { a: { tools: ['remember', 'recall'] } } }, ({ n, turn, parts }) => {
      if (n === 1) return [act('recall', { key: 'list' })];
      const known = resultsIn({ parts } as Prompt)[0]?.text.match(/item \d/g) ?? [];
      return [act('remember', { key: 'list', text: [...known, `item ${turn}`].join('\n') })];
    });
    for (let i = 0; i < 2; i++) {
      org.drop('a', 'Add.');
      await org.turns(1);
    }
    expect((org.read('agents/a/memory/list.md') ?? '').match(/item \d/g)).toEqual(['item 1', 'item 2']);
  });

  it('4-07 a definition that an agent writes is never an agent, wherever it writes it', async () => {
    const resume = '---\nrole: boss\ntools: [shell, write_file]\nshared: [.]\n---\nYou are hr.\n';
    const paths = [
      'hr/resume.md',
      'agents/hr/resume.md',
      '../hr/resume.md',
      '../../hr/resume.md',
      'x/../../../hr/resume.md',
      '/agents/hr/resume.md',
      'shared/../../agents/hr/resume.md',
      'shared/hr/resume.md',
    ];
    const org = new Org(
      { edges: STAR, resumes: { a: { tools: ['write_file'], shared: ['.'] } } },
      first(paths.map((path) => act('write_file', { path, content: resume }))),
    );
    const chart = org.read('org/chart.yaml');
    org.drop('a', 'Work.');
    await org.turns(3);
    expect(resultsIn(org.prompts[1]).map(({ ok }) => ok)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(org.paths(/hr\/resume\.md$/)).toEqual([
      'agents/a/workspace/agents/hr/resume.md',
      'agents/a/workspace/hr/resume.md',
      'org/shared/hr/resume.md',
    ]);
    const { agents, broken } = await org.look(({ config }) => ({
      agents: [...config.agents.keys()].sort(),
      broken: [...config.broken.keys()],
    }));
    expect([agents, broken, org.read('org/chart.yaml')]).toEqual([['a', 'b', 'c', 'human'], [], chart]);
  });

  it.each(['../../../evil', 'b', '/evil', 'a/b', '"a\\n"'])(
    '4-08 a resume that calls itself %s is set aside, and nothing is made outside',
    async (name) => {
      const org = new RealOrg(
        { edges: STAR, files: { 'agents/a/resume.md': `---\nname: ${name}\nrole: a\n---\nHello.\n` } },
        () => [say('human', 'Done.')],
      );
      org.drop('a', 'Work.');
      org.drop('b', 'Work on it.');
      const { visits, faults } = await org.turn();
      expect(visits).toMatchObject([{ agent: 'b', outcome: 'ok' }]);
      expect(faults).toMatchObject([{ code: 'invalid-value', file: 'agents/a/resume.md', line: 2 }]);
      expect(readdirSync(org.root.replace(/\/org$/, '')).sort()).toEqual(['org', 'outside']);
      expect(readdirSync(org.at('agents')).sort()).toEqual(['a', 'b', 'c', 'human']);
    },
  );

  const RESUMES: [string, Uint8Array | string][] = [
    ['[]', '[]'],
    ['a list as front matter', '---\n- a\n- b\n---\n'],
    ['nothing', ''],
    ['bytes that are no UTF-8', new Uint8Array([0x2d, 0x2d, 0x2d, 0x0a, 0xff, 0xfe, 0x0a, 0x2d, 0x2d, 0x2d, 0x0a])],
    ['a NUL byte', '---\nrole: a\n---\n\0'],
    ['code', '---js\n{ role: process.exit(1) }\n---\n'],
    ['an open front matter', '---\nrole: a\n'],
    ['more than a MiB', `---\nrole: a\n---\n${'x'.repeat(1_100_000)}`],
    ['an unknown model', '---\nmodel: nobody\n---\n'],
  ];
  it.each(RESUMES)('4-09 a resume that is %s sets its agent aside, the others work', async (_what, bytes) => {
    const org = new Org({ edges: STAR }, () => [say('human', 'Done.')]);
    org.disk.remove('agents/a/resume.md');
    org.disk.create('agents/a/resume.md', bytes);
    org.disk.settle();
    org.drop('b', 'Work.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ agent: 'b', outcome: 'ok' }]);
    expect(await org.look(({ config }) => [...config.broken.keys()])).toEqual(['a']);
  });

  it('4-09 a resume that breaks while the engine runs: the last good one counts, and the others work', async () => {
    for (const bytes of ['[]', '\0', '---\nrole: [\n---\n']) {
      const org = new Org({ edges: STAR }, () => [say('human', 'Done.')]);
      await org.with(async (engine) => {
        await engine.turn();
        org.disk.put('agents/a/resume.md', bytes);
        org.drop(['a', 'b'], 'Work.');
        expect((await engine.turn()).visits.map(({ agent, outcome }) => [agent, outcome])).toEqual([
          ['a', 'ok'],
          ['b', 'ok'],
        ]);
      });
    }
  });

  it('4-09 an agent of the chart whose resume is gone stops nobody', async () => {
    const org = new RealOrg({ edges: STAR, credits: { agents: { a: { grant: 1 } } } }, () => [say('human', 'Done.')]);
    await org.turn();
    rmSync(org.at('agents/a/resume.md'));
    org.drop('b', 'Work.');
    expect((await org.turn()).visits).toMatchObject([{ agent: 'b', outcome: 'ok' }]);
  });

  it('4-10 a folder of an agent that is a link is no agent, and nothing is read or written through it', async () => {
    const org = new RealOrg({ edges: STAR }, ({ agent }) => [say('human', `I am ${agent}.`)]);
    mkdirSync(join(org.outside, 'evil'));
    writeFileSync(
      join(org.outside, 'evil/resume.md'),
      '---\nrole: evil\nschedule: { when: always }\ntools: [remember]\n---\nYou are evil.\n',
    );
    org.link('agents/evil', join(org.outside, 'evil'));
    org.drop('b', 'Work.');
    const before = filesIn(org.outside);
    const { visits } = await org.turn();
    expect(visits.map(({ agent }) => agent)).toEqual(['b']);
    expect(filesIn(org.outside)).toEqual(before);
  });

  it.each(['outbox', 'memory', 'workspace'])(
    '4-10 an agent whose %s is a link writes nothing through it, and stops nobody',
    async (folder) => {
      const acts = [
        say('human', 'Hello'),
        act('remember', { key: 'k', text: 'x' }),
        act('write_file', { path: 'x.txt', content: 'x' }),
      ];
      const org = new RealOrg({ edges: STAR, resumes: { a: { tools: ['remember', 'write_file'] } } }, first(acts));
      org.link(`agents/a/${folder}`, org.outside);
      org.drop('a', 'Work.');
      org.drop('b', 'Work too.');
      const before = filesIn(org.outside);
      const { visits } = await org.turn();
      expect(visits).toEqual(expect.arrayContaining([expect.objectContaining({ agent: 'b', outcome: 'ok' })]));
      expect(filesIn(org.outside)).toEqual(before);
    },
  );

  it.each(['outbox', 'memory'])('4-10 the same when the %s becomes a link while the engine runs', async (folder) => {
    const acts = [say('human', 'Hello'), act('remember', { key: 'k', text: 'x' })];
    const org = new RealOrg({ edges: STAR, resumes: { a: { tools: ['remember'] } } }, first(acts));
    await org.with(async (engine) => {
      org.drop('a', 'Work.');
      await engine.turn();
      rmSync(org.at(`agents/a/${folder}`), { recursive: true });
      org.link(`agents/a/${folder}`, org.outside);
      org.drop('a', 'More work.');
      org.drop('b', 'Work too.');
      const before = filesIn(org.outside);
      const { visits } = await engine.turn();
      expect(visits).toEqual(expect.arrayContaining([expect.objectContaining({ agent: 'b', outcome: 'ok' })]));
      expect(filesIn(org.outside)).toEqual(before);
    });
  });

  it.each(['.lemming', 'org/journal', 'org/dead-letter', 'org/shared'])(
    '4-10 an organisation whose %s is a link is refused, and nothing is written through it',
    async (folder) => {
      const org = new RealOrg(
        { edges: STAR, resumes: { a: { tools: ['write_file'], shared: ['.'] } } },
        first([act('write_file', { path: 'shared/x.txt', content: 'x' })]),
      );
      org.link(folder, org.outside);
      org.disk.create('agents/human/outbox/bad.sent.md', '---\nto: [\n');
      org.drop('a', 'Work.');
      const before = filesIn(org.outside);
      const error = await org.turn().catch((reason: unknown) => reason);
      expect(filesIn(org.outside)).toEqual(before);
      if (error instanceof FaultError) expect(error.fault).toMatchObject({ code: 'not-regular', file: folder });
      else expect(error).toMatchObject({ visits: [{ agent: 'a', outcome: 'ok', refused: 1 }] });
    },
  );

  it('4-10 links in a workspace lead nowhere: not for reading, listing, writing or attaching', async () => {
    const uses = [
      act('read_file', { path: 'out/secret.txt' }),
      act('read_file', { path: 'file' }),
      act('list_files', { path: 'out' }),
      act('list_files', { path: 'loop/loop/loop' }),
      act('write_file', { path: 'out/x.txt', content: 'x' }),
      act('write_file', { path: 'file', content: 'x' }),
      act('read_file', { path: 'shared/out/secret.txt' }),
      act('write_file', { path: 'shared/out/x.txt', content: 'x' }),
      say('human', 'See.', { attachments: ['out/secret.txt'] }),
      say('human', 'See.', { attachments: ['file'] }),
    ];
    const tools = ['read_file', 'list_files', 'write_file'];
    const org = new RealOrg({ edges: STAR, resumes: { a: { tools, shared: ['.'] } } }, first(uses));
    org.link('agents/a/workspace/out', org.outside);
    org.link('agents/a/workspace/file', join(org.outside, 'secret.txt'));
    org.link('agents/a/workspace/loop', '..');
    org.link('org/shared/out', org.outside);
    org.drop('a', 'Work.');
    const before = filesIn(org.outside);
    expect((await org.turn()).visits).toMatchObject([{ agent: 'a', outcome: 'ok' }]);
    expect(resultsIn(org.prompts.at(-1)).map(({ ok }) => ok)).toEqual(uses.map(() => false));
    expect(filesIn(org.outside)).toEqual(before);
    expect(Object.values(filesIn(org.root)).filter((text) => /SECRET-99|U0VDUkVULTk5/.test(text))).toEqual([]);
  });

  it('4-10 a link instead of a file is set aside: a resume, a drop, a request, a configuration', async () => {
    const org = new RealOrg({ edges: STAR }, () => [say('human', 'Done.')]);
    writeFileSync(join(org.outside, 'resume.md'), '---\nrole: a\n---\nSECRET-99\n');
    writeFileSync(join(org.outside, 'drop.md'), '---\nto: b\n---\nSECRET-99\n');
    writeFileSync(join(org.outside, 'ask.yaml'), 'ask: pause\nby: human\nagent: null\n');
    rmSync(org.at('agents/a/resume.md'));
    org.link('agents/a/resume.md', join(org.outside, 'resume.md'));
    org.link('agents/human/outbox/linked.sent.md', join(org.outside, 'drop.md'));
    org.link('agents/human/requests/1.yaml', join(org.outside, 'ask.yaml'));
    org.link('org/units/x.md', join(org.outside, 'secret.txt'));
    org.drop('b', 'Work.');
    expect((await org.turn()).visits).toMatchObject([{ agent: 'b', outcome: 'ok' }]);
    expect(org.prompts.flatMap(({ mail }) => mail.map(({ body }) => body))).toEqual(['Work.']);
    const letters = readdirSync(org.at('org/dead-letter')).map((name) =>
      readFileSync(org.at(`org/dead-letter/${name}`), 'utf8'),
    );
    expect(letters.filter((text) => text.includes('reason: not-regular'))).toHaveLength(4);
    expect(Object.values(filesIn(org.root)).filter((text) => text.includes('SECRET-99'))).toEqual([]);
  });

  it('4-13 no call carries what another agent was told, and of earlier visits only mail of its own', async () => {
    const org = new Org(
      { edges: STAR, models: { default: { provider: 'mind', options: { list: ['x'] } } } },
      ({ agent, turn }) => `Note ${agent}-${turn}`,
    );
    for (let turn = 1; turn <= 3; turn++) {
      for (const agent of ['a', 'b', 'c']) org.drop(agent, `For ${agent} in ${turn}.`, { subject: 'Work' });
      await org.turns(1);
    }
    const ownPast = /^Lately you: .*\n|^## Earlier mail[\s\S]*?(?=^## )/gm;
    for (const { agent, turn, system, parts } of org.prompts) {
      const all = `${system}\n${parts[0]?.text}`;
      expect(all.replace(ownPast, '').match(/For . in \d\./g)).toEqual([`For ${agent} in ${turn}.`]);
      for (const told of all.match(/For . in \d\./g) ?? [])
        expect(told).toMatch(new RegExp(`^For ${agent} in [1-${turn}]`));
      for (const note of all.match(/Note .-/g) ?? []) expect(note).toBe(`Note ${agent}-`); // sent as its answer
    }
  });

  it('4-14 a private message is shown to its recipient alone, and to nobody who joins later', async () => {
    const org = new Org({ edges: { human: ['a', 'b', 'c'], a: ['b', 'c'] } }, first([say('b', 'PRIVATE-5')]));
    org.drop('a', 'Work.');
    await org.turns(1);
    org.disk.put('agents/late/resume.md', '---\nrole: late\nschedule: { when: always }\n---\nHello.\n');
    org.disk.put(
      'org/chart.yaml',
      'version: 1\nagents: { human: { send_to: ["*"] }, a: { send_to: ["*"] }, b: { read_from: ["*"] }, c: { read_from: ["*"] }, late: { read_from: ["*"] } }\n',
    );
    org.drop('c', 'Work.');
    await org.turns(3);
    const shown = org.prompts.filter((prompt) => textOf(prompt).includes('PRIVATE-5')).map(({ agent }) => agent);
    expect(shown).toEqual(['b']);
    expect(org.visits('late').length).toBeGreaterThan(0);
  });

  it('4-15 of 50 messages each is given once', async () => {
    const org = new Org({ edges: STAR, org: { limits: { inbox_tokens: 500 } } });
    for (let i = 1; i <= 50; i++) org.drop('a', `Message ${i}`);
    await org.run();
    expect(org.delivered('a')).toEqual(
      Array.from({ length: 50 }, (_, i) => `000001-human-${String(i + 1).padStart(2, '0')}`),
    );
    expect((await org.turns(3)).flatMap(({ visits }) => visits)).toEqual([]);
  });

  it('4-16 a message file that a person or a crash tore after its commit is still delivered, as it was sent', async () => {
    const org = new Org({ edges: STAR }, first([say('b', 'The whole text.')]));
    org.drop('a', 'Work.');
    await org.turns(1);
    const [path] = org.paths(/^agents\/a\/outbox\//) as [string];
    org.disk.put(path, (org.read(path) as string).slice(0, 50));
    await org.turns(1);
    expect(org.visits('b').map(({ mail }) => mail.map(({ body }) => body))).toEqual([['The whole text.']]);
  });

  it('4-17 a name with a newline at its end is no name', async () => {
    for (const name of ['hr\n', '\nhr', 'hr\r', 'hr ', 'hr\u2028', 'Hr', '', 'archive', '1a', 'a'.repeat(64)]) {
      expect([isName(name), isRecipient(name), isRecipient(`@${name}`)]).toEqual([false, false, false]);
    }
    expect(parseMessageId('000001-hr-01\n')).toBeNull();
    const org = new Org(
      { edges: STAR, resumes: { a: { tools: ['remember', 'write_file'] } } },
      first([
        say('b\n', 'x'),
        act('remember', { key: 'k\n', text: 'x' }),
        act('write_file', { path: 'x\n', content: 'x' }),
      ]),
    );
    org.disk.put('agents/hr\n/resume.md', '---\nrole: x\nschedule: { when: always }\n---\n');
    org.drop('a', 'Work.');
    const [report] = await org.turns(2);
    expect(report?.visits).toMatchObject([{ agent: 'a', outcome: 'ok', sent: 0 }]);
    expect(resultsIn(org.prompts[1]).map(({ ok }) => ok)).toEqual([false, false, false]);
    expect(org.prompts.map(({ agent }) => agent)).toEqual(['a', 'a']);
    expect(permitPath({ name: 'a', shared: [] } as never, 'x\n').ok).toBe(false);
  });

  it('4-18 the words of a failure are never a reply: nothing is sent and nothing is charged', async () => {
    const org = new Org({ edges: STAR, models: PRICED, credits: GRANTS }, () => {
      throw new ProviderError('unavailable', 'Error: model not found');
    });
    org.drop('a', 'Work.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ agent: 'a', outcome: 'failed', blame: 'provider', sent: 0, cost: 0 }]);
    expect(org.messages('a')).toEqual([]);
    expect(
      await org.look(({ state }) => [
        state.money.org.spent,
        inboxOf(state.mail, 'human').length,
        inboxOf(state.mail, 'a').length,
      ]),
    ).toEqual([0, 0, 1]);
  });

  it('4-19 two calls of different length cost different amounts', async () => {
    const usage = (output: number) => ({ input: 100, cachedInput: 0, cacheWrite: 0, output, reasoning: 0 });
    const org = new Org(
      { edges: STAR, models: { default: { provider: 'mind', price: { input: 2, output: 8 } } }, credits: GRANTS },
      ({ agent }) => ({
        usage: agent === 'a' ? usage(10) : agent === 'b' ? usage(1000) : null,
        text: 'x'.repeat(300),
      }),
    );
    org.drop(['a', 'b', 'c'], 'Work.');
    const [report] = await org.turns(1);
    const costs = report?.visits.map(({ cost }) => cost) ?? [];
    expect(costs.slice(0, 2)).toEqual([200 + 80, 200 + 8000]);
    expect(costs[2]).toBeGreaterThanOrEqual(100 * 8);
  });

  it('4-24 after 100 turns unread mail of people and agents is there, and no log or event holds a prompt', async () => {
    const org = new Org(
      { edges: STAR, org: { limits: { live_turns: 2 } } },
      first([say('b', 'From a: TOKEN-8', { subject: 'Hello' })]),
    );
    await org.ask({ ask: 'pause', by: 'human', agent: 'b' });
    org.drop(['a', 'b'], 'From the human: TOKEN-9', { subject: 'Hello' });
    const events: LogEvent[] = [];
    const ports = { ...org.ports(), log: (event: LogEvent) => void events.push(event) };
    const engine = Engine.open(ports, TOOLS, 'run');
    for (let i = 0; i < 105; i++) await engine.turn();
    engine.close();
    expect(await org.look(({ state }) => inboxOf(state.mail, 'b').map(({ id }) => id))).toEqual([
      '000001-human-01',
      '000001-a-01',
    ]);
    expect(org.paths(/\/outbox\/000001-/)).toHaveLength(2);
    expect(JSON.stringify(events)).not.toContain('TOKEN-');
    expect([...org.disk.files((path) => path.includes('/logs/')).values()].join('')).not.toContain('TOKEN-');
    expect([...visible(org).keys()].filter((path) => path.includes('dead-letter'))).toEqual([]);
  });

  const BOSS = '---\nname: hr\nrole: boss\nperson: true\ntools: [shell, hire_agent]\nshared: ["."]\n---\nYou are hr.\n';

  it('6.4-38, scenario 49: nothing that an agent writes anywhere is ever an agent, a template or a chart', async () => {
    const paths = [
      'resume.md',
      'agents/hr/resume.md',
      '../resume.md',
      '../resume.retired.md',
      '../skills/x/resume.md',
      '../../hr/resume.md',
      'shared/hr/resume.md',
      'shared/../templates/hr.md',
      'shared/templates/hr.md',
      'shared/../chart.yaml',
    ];
    const acts = [
      ...paths.map((path) => act('write_file', { path, content: BOSS })),
      act('remember', { key: 'learned/resume', text: BOSS }),
      act('remember', { key: 'shared/resume', text: BOSS }),
      say('human', BOSS, { attachments: ['resume.md'] }),
    ];
    const tools = ['write_file', 'remember', 'hire_agent'];
    const org = new Org({ edges: STAR, resumes: { a: { tools, shared: ['.'] } } }, first(acts));
    const before = [org.read('org/chart.yaml'), org.read('agents/a/resume.md')];
    org.drop('a', 'Work.');
    await org.turns(3);
    const { agents, broken, templates } = await org.look(({ config }) => ({
      agents: [...config.agents.keys()].sort(),
      broken: [...config.broken.keys()],
      templates: [...config.templates.keys()],
    }));
    expect({ agents, broken, templates }).toEqual({ agents: ['a', 'b', 'c', 'human'], broken: [], templates: [] });
    expect([org.read('org/chart.yaml'), org.read('agents/a/resume.md')]).toEqual(before);
    expect(org.lines('hired')).toEqual([]);
  });

  it('6.4-39 who may hire is in the resume, not in a name: an agent called hr without the tool hires nobody', async () => {
    const input = { name: 'kid', template: 'worker', credits: 0 };
    const org = new Org(
      {
        edges: { human: ['hr'], hr: ['human'] },
        org: { policies: [{ act: '*', do: 'auto' }] },
        resumes: { hr: { tools: ['write_file'] } },
        files: { 'org/templates/worker.md': '---\nrole: works\n---\n' },
      },
      ({ n }) => (n === 1 ? [act('hire_agent', input)] : []),
    );
    org.drop('hr', 'Hire.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ agent: 'hr', refused: 1 }]);
    expect(resultsIn(org.prompts[1])[0]?.text).toContain('Refused (granted-tool)');
    expect(org.lines('hired')).toEqual([]);
  });

  it('6.4-40 two agents of one template are two agents, each by its own name', async () => {
    const names = ['kim', 'lou', 'kim'];
    const org = new Org(
      {
        edges: STAR,
        org: { policies: [{ act: 'hire_agent', do: 'auto' }] },
        resumes: { a: { tools: ['hire_agent'] } },
        files: { 'org/templates/worker.md': '---\nname: agent_template\nrole: works\n---\n' },
      },
      first(names.map((name) => act('hire_agent', { name, template: 'worker', credits: 0, message: `Hello ${name}` }))),
    );
    org.drop('a', 'Hire.');
    await org.turns(2);
    expect(resultsIn(org.prompts[1]).map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(org.lines('hired').map(({ agent }) => agent)).toEqual(['kim', 'lou']);
    expect(['kim', 'lou'].map((name) => org.visits(name).map(({ mail }) => mail[0]?.body))).toEqual([
      ['Hello kim'],
      ['Hello lou'],
    ]);
    expect(org.read('agents/lou/resume.md')).toContain('name: lou\n');
  });

  it('6.4-48 agents lie one level under agents/: what lies deeper is none, whoever put it there', async () => {
    const org = new Org({ edges: STAR }, () => [say('human', 'Done.')]);
    for (const path of [
      'agents/a/kid/resume.md',
      'agents/a/workspace/agents/kid/resume.md',
      'agents/group/kid/resume.md',
    ])
      org.disk.put(path, '---\nrole: kid\nschedule: { when: always }\n---\nHello.\n');
    org.drop('b', 'Work.');
    const [report] = await org.turns(2);
    expect(report?.visits.map(({ agent }) => agent)).toEqual(['b']);
    expect(await org.look(({ config }) => [config.agents.has('kid'), [...config.broken.keys()]])).toEqual([
      false,
      ['group'],
    ]);
  });

  it('6.4-49 a schedule that is no number is a fault with its place, and the agent is shown as broken', async () => {
    const org = new Org({ edges: STAR, files: { 'agents/a/resume.md': '---\nschedule: { every: soon }\n---\n' } });
    const [report] = await org.turns(1);
    expect(report?.faults).toMatchObject([{ code: 'invalid-value', file: 'agents/a/resume.md', line: 2 }]);
    expect(await org.look(({ config }) => [...config.broken.keys()])).toEqual(['a']);
  });
});
