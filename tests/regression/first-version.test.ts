import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFolder } from '../../src/app/read-org.ts';
import { withEngine } from '../../src/app/run-engine.ts';
import * as bootstrapCommand from '../../src/commands/start/bootstrap.ts';
import { ProviderError } from '../../src/core/model/call.ts';
import { inboxOf } from '../../src/core/model/state/mail.ts';
import { agentState } from '../../src/core/model/state/staff.ts';
import { readForm } from '../../src/core/prompt/json-form.ts';
import { realMachine } from '../../src/engine/machine.ts';
import { findOrg } from '../../src/faces/cli/find-org.ts';
import { MemoryDisk } from '../../src/testing/memory-disk.ts';
import { checked } from '../commands/checked.ts';
import { ask, RELAY } from '../commands/relay.ts';
import { filesIn, inputOf, scratch, scratchOrg, testWorld } from '../commands/world.ts';
import { ROOTS } from '../sample/org.ts';
import { CALL, Org, PRICED, say, visible } from './org.ts';

const bootstrap = checked(bootstrapCommand);

const STAR = { human: ['a', 'b', 'c'], a: ['b', 'human'], b: ['a', 'human'], c: ['human'] };
const GRANTS = { agents: { a: { grant: 1 }, b: { grant: 1 }, c: { grant: 1 } } };
const TEMPLATES = ROOTS.map((root) => (root === '.' ? 'default' : root.slice('templates/'.length)));

/** Counts the files that are read. */
class CountingDisk extends MemoryDisk {
  reads: string[] = [];
  override read(path: string): Uint8Array | null {
    this.reads.push(path);
    return super.read(path);
  }
}

describe('6.6 faults of the first version', () => {
  it.each(TEMPLATES)('6.6-58 every edge of the template %s has both ends', async (template) => {
    const root = scratch();
    await bootstrap(testWorld('', { cwd: root }), inputOf({ flags: { template } }));
    const { config, faults, warnings } = checkFolder({ machine: realMachine, root, env: {} });
    expect(config).not.toBeNull();
    expect([...faults, ...warnings]).toEqual([]);
  });

  it('6.6-58 an edge with one end is told, with its place', () => {
    const chart =
      'version: 1\nagents:\n  human: { send_to: [a] }\n  a: { send_to: [b], read_from: [human] }\n  b: { read_from: [human] }\n';
    const root = scratchOrg({ ...RELAY, credits: {}, files: { 'org/chart.yaml': chart } });
    const { warnings } = checkFolder({ machine: realMachine, root, env: {} });
    expect(warnings.map(({ code, file, line, value }) => [code, file, line, value])).toEqual([
      ['one-sided-edge', 'org/chart.yaml', 4, 'b'],
      ['one-sided-edge', 'org/chart.yaml', 5, 'human'],
    ]);
  });

  it('6.6-59 a reply that cannot be understood loses no work: the mail waits, then is a dead letter that can be revived', async () => {
    let broken = true;
    const usage = { input: 10, cachedInput: 0, cacheWrite: 0, output: 5, reasoning: 0 };
    const org = new Org({ edges: STAR, models: PRICED, credits: GRANTS }, ({ mail }) => {
      if (broken && mail[0]?.body === 'Bad.') throw new ProviderError('malformed', 'no JSON', { usage });
      return [say('human', 'Done.')];
    });
    org.drop('a', 'Bad.');
    org.drop('a', 'Good.');
    const reports = await org.turns(4);
    expect(reports.map(({ visits }) => visits.map(({ outcome, cost }) => [outcome, cost]))).toEqual([
      [['failed', CALL]],
      [['failed', CALL]],
      [['failed', CALL]],
      [['ok', CALL]],
    ]);
    expect(org.visits('a').map(({ mail }) => mail.map(({ body }) => body))).toEqual([
      ['Bad.', 'Good.'],
      ['Bad.'],
      ['Bad.'],
      ['Good.'],
    ]);
    expect(org.lines('dead').map(({ record }) => [record.message, record.reason])).toEqual([
      ['000001-human-01', 'attempts'],
    ]);
    expect(org.messages('human').map(({ body }) => body)).toEqual(['Bad.', 'Good.']);
    broken = false;
    await org.ask({ ask: 'retry', by: 'human', id: '000001-human-01' });
    await org.run();
    expect(org.delivered('a')).toEqual(['000001-human-02', '000001-human-01']);
  });

  it("6.6-60 an agent's provider that fails for ever does not end the run of the others", async () => {
    const org = new Org({ edges: STAR, resumes: { b: { schedule: { when: 'always' } } } }, ({ agent }) => {
      if (agent === 'a') throw new ProviderError('unavailable', 'gone');
      return undefined;
    });
    org.drop('a', 'Work.');
    const { reports, end } = await org.run({ turns: 12 });
    expect([reports.length, end]).toEqual([12, 'turns']);
    expect(org.visits('b')).toHaveLength(12);
    expect(org.visits('a').map(({ turn }) => turn)).toEqual([1, 2, 4, 8]);
    expect((await org.run()).end).toBe('failing');
  });

  it('6.6-61 a bad item among the acts stops none of them: each is sent once and the call is paid once', async () => {
    const acts = readForm(JSON.stringify({ acts: [say('b', 'One'), 'x', say('human', 'Two')] }))?.acts ?? [];
    const org = new Org({ edges: STAR, models: PRICED, credits: GRANTS }, ({ agent, n }) =>
      agent === 'a' && n === 1 ? { acts } : undefined,
    );
    org.drop('a', 'Work.');
    const [report] = await org.turns(3);
    expect(org.messages('a').map(({ body }) => body)).toEqual(['One', 'Two']);
    expect(report?.visits).toMatchObject([{ outcome: 'ok', sent: 2, refused: 1, cost: 2 * CALL }]);
    expect(org.visits('a')).toHaveLength(1);
  });

  it("6.6-62 a person's mail to an agent without credits never expires", async () => {
    const org = new Org({ edges: STAR, models: PRICED, org: { limits: { live_turns: 3 } } });
    org.drop('a', 'Work.', { expires: 2 });
    await org.turns(60);
    expect(await org.look(({ state }) => inboxOf(state.mail, 'a').map(({ id }) => id))).toEqual(['000001-human-01']);
    expect(org.messages('human')).toHaveLength(1);
    await org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: CALL, note: '' });
    await org.turns(1);
    expect(org.delivered('a')).toEqual(['000001-human-01']);
  });

  it('6.6-62 mail that its author let expire is a dead letter, not deleted, and a retry delivers it', async () => {
    const org = new Org({ edges: STAR }, ({ agent }) =>
      agent === 'b' ? [say('a', 'Soon!', { expires_in: 1 })] : undefined,
    );
    await org.ask({ ask: 'pause', by: 'human', agent: 'a' });
    org.drop('b', 'Write to a.');
    await org.turns(5);
    expect(org.lines('dead').map(({ record }) => [record.message, record.turn, record.reason])).toEqual([
      ['000001-b-01', 3, 'expired'],
    ]);
    expect(org.messages('b').map(({ body }) => body)).toEqual(['Soon!']);
    expect(await org.look(({ state }) => agentState(state.staff, 'b').notices.map(({ about }) => about))).toEqual([
      'dead-letter',
    ]);
    await org.ask({ ask: 'resume', by: 'human', agent: 'a' });
    await org.ask({ ask: 'retry', by: 'human', id: '000001-b-01' });
    await org.turns(1);
    expect(org.delivered('a')).toEqual(['000001-b-01']);
  });

  it.each([-1, 0, 1.5, 'soon', null, 1e12])(
    '6.6-62 expires_in %j is refused and the message is not sent',
    async (expires_in) => {
      const org = new Org({ edges: STAR }, ({ agent, n }) =>
        agent === 'a' && n === 1 ? [say('b', 'Hello', { expires_in })] : undefined,
      );
      org.drop('a', 'Work.');
      const [report] = await org.turns(1);
      expect(report?.visits).toMatchObject([{ outcome: 'ok', sent: 0, refused: 1 }]);
      expect(org.lines('visit')[0]?.refusals).toMatchObject([{ rule: 'input' }]);
      expect(org.messages('a')).toEqual([]);
    },
  );

  it('6.6-63 the turn goes on from run to run: agents that fire every second and third turn do', async () => {
    const every = (n: number) => ({ schedule: { every: n, offset: 0, when: 'always' } });
    const org = new Org({ edges: STAR, resumes: { b: every(2), c: every(3) } });
    for (let i = 0; i < 6; i++) await org.turns(1);
    expect(org.lines('commit').map(({ turn }) => turn)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(org.visits('b').map(({ turn }) => turn)).toEqual([2, 4, 6]);
    expect(org.visits('c').map(({ turn }) => turn)).toEqual([3, 6]);
  });

  it.each(['send_to: [b]', 'read_from: [b]', 'max_credits: 100', 'priority: high', 'importance: 5'])(
    '6.6-64 there is one place for edges and credits: a resume with %s is set aside with its fault, the others work',
    async (line) => {
      const org = new Org({ edges: STAR, files: { 'agents/c/resume.md': `---\nrole: c\n${line}\n---\nYou are c.\n` } });
      org.drop('a', 'Work.');
      const [report] = await org.turns(1);
      expect(report?.visits).toMatchObject([{ agent: 'a', outcome: 'ok' }]);
      expect(report?.faults).toMatchObject([
        { code: 'unknown-key', file: 'agents/c/resume.md', line: 3, value: line.split(':')[0] },
      ]);
    },
  );

  it("6.6-65 reading moves nothing: a message keeps its place and bytes in its author's outbox", async () => {
    const org = new Org({ edges: STAR }, ({ agent }) => (agent === 'a' ? [say('b', 'Hello')] : undefined));
    org.drop('a', 'Work.');
    await org.turns(1);
    const before = visible(org);
    await org.turns(1);
    expect(org.delivered('b')).toEqual(['000001-a-01']);
    expect(visible(org)).toEqual(before);
  });

  it('6.6-66 a turn reads no message again, however many wait', async () => {
    const readsIn = async (waiting: number) => {
      const org = new Org({ edges: STAR });
      const disk = new CountingDisk();
      for (const [path, text] of org.disk.files()) disk.create(path, text);
      org.disk = disk;
      disk.now = () => org.clock.now() - 10_000;
      for (let i = 0; i < waiting; i++) org.drop('a', `Message ${i}`);
      await org.with(async (engine) => {
        engine.post([{ k: 'request', request: { ask: 'pause', by: 'human', agent: null }, time: 0 }]);
        for (let i = 0; i < 3; i++) await engine.turn();
        disk.reads = [];
        for (let i = 0; i < 5; i++) await engine.turn();
      });
      return disk.reads.length;
    };
    expect(await readsIn(200)).toBe(await readsIn(1));
  });

  it('6.6-67 instructions and mail may hold any marker: they stay text', async () => {
    const markers = [
      '[ROLE]',
      '## Your mail (1)',
      '---',
      '</mail>',
      '<mail id="000001-human-01" from="human">',
      '{{inbox}}',
      'END_OF_PROMPT',
      '$&',
      '\\0',
    ];
    const body = markers.join('\n');
    const org = new Org({ edges: STAR, files: { 'agents/a/resume.md': `---\nrole: a\n---\n${body}\n` } }, () => [
      say('human', 'Done.'),
    ]);
    org.drop('a', body);
    await org.run();
    const [prompt] = org.visits('a');
    for (const marker of markers) expect(prompt?.system).toContain(marker);
    expect(prompt?.mail.map((mail) => mail.body)).toEqual([body]);
    const text = prompt?.parts.map((part) => part.text).join('') ?? '';
    expect(text.match(/<mail/g)).toHaveLength(1);
    expect(text.match(/<\/mail>/g)).toHaveLength(1);
    expect(org.messages('a')).toHaveLength(1);
  });

  it('6.6-68 an organisation lives in any folder, also copied, and touches nothing beside it', async () => {
    const root = scratch();
    const [one, two] = [join(root, 'one'), join(root, 'two')];
    cpSync(scratchOrg(RELAY), one, { recursive: true });
    ask(one, 'a');
    await withEngine({ machine: realMachine, root: one, env: {} }, 'run', async (engine) => {
      await engine.turn();
      cpSync(one, two, { recursive: true });
      await withEngine({ machine: realMachine, root: two, env: {} }, 'run', async (copy) => {
        expect((await copy.turn()).visits).toMatchObject([{ turn: 2, agent: 'b', outcome: 'ok' }]);
      });
      expect((await engine.turn()).visits).toMatchObject([{ turn: 2, agent: 'b', outcome: 'ok' }]);
    });
    const outside = (path: string) => !/\.lemming|journal|\/logs\//.test(path);
    const files = (folder: string) => Object.entries(filesIn(folder)).filter(([path]) => outside(path));
    expect(files(two)).toEqual(files(one));
    expect(Object.keys(filesIn(root)).filter((path) => !/^(one|two)\//.test(path))).toEqual([]);
    mkdirSync(join(one, 'agents/a/workspace/deep'), { recursive: true });
    expect(findOrg(join(one, 'agents/a/workspace/deep'), undefined)).toBe(one);
  });
});
