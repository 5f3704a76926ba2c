import { describe, expect, it } from 'vitest';
import type { DiskFailure } from '../../../src/disk/fs/disk.ts';
import { journalPath } from '../../../src/disk/journal/journal.ts';
import { load } from '../../../src/engine/journal/load.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { FaultError } from '../../../src/schema/fault.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { newMachine, runTo, SHAPES } from '../../campaign/world.ts';
import { keptIn } from '../../kept.ts';
import { CALL, type Mind, PRICED, say } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const CACHE = '.lemming/state.json';
const EDGES = { human: ['a'], a: ['b', 'human'], b: ['a'] };
const PING: Mind = ({ agent, turn }) => [
  say(agent === 'a' ? 'b' : 'a', `Turn ${turn}`),
  { tool: 'remember', input: { key: `k${turn % 3}`, text: `${turn}` } },
];

/** An org after some turns, with its cache. */
async function lived(turns = 3): Promise<Lab> {
  const org = new Lab({ edges: EDGES, resumes: { a: { tools: ['remember'] }, b: { tools: ['remember'] } } }, PING);
  org.drop('a', 'Begin.');
  await org.turns(turns);
  return org;
}

/** The state without the cache. */
function folded(org: Lab) {
  const disk = org.disk.copy();
  disk.remove(CACHE);
  return load(disk);
}

/** How many bytes of the journal are read while loading: of all files, or of the last only. */
function journalReads(org: Lab): string[] {
  const reads: string[] = [];
  org.disk.looking = ({ name, path }) => {
    if (name === 'read' && path.startsWith('org/journal/')) reads.push(path);
    return 'go';
  };
  load(org.disk, keptIn(org.disk));
  org.disk.looking = null;
  return [...new Set(reads)];
}

describe('the cached state', () => {
  it('is what the journal folds to, after every turn and every request', async () => {
    const org = new Lab({ edges: EDGES, resumes: { a: { tools: ['remember'] }, b: { tools: ['remember'] } } }, PING);
    org.drop('a', 'Begin.');
    for (let turn = 1; turn <= 6; turn++) {
      await org.turns(1);
      if (turn % 2) await org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: turn, note: '' });
      expect(org.disk.read(CACHE)).not.toBeNull();
      const { state, journal, unfinished, unwritten, synced, boot } = load(org.disk, keptIn(org.disk));
      const other = folded(org);
      expect(state).toStrictEqual(other.state);
      expect([journal.file, journal.size, journal.head, unfinished, unwritten, synced, boot]).toEqual([
        other.journal.file,
        other.journal.size,
        other.journal.head,
        other.unfinished,
        other.unwritten,
        other.synced,
        other.boot,
      ]);
    }
  });

  it.each(Object.keys(SHAPES))(
    'is what the journal folds to, in an organisation that does a bit of everything: %s',
    async (shape) => {
      const machine = newMachine(SHAPES[shape]!);
      await runTo(machine, 4);
      const { state } = load(machine.disk, keptIn(machine.disk));
      machine.disk.remove(CACHE);
      expect(state).toStrictEqual(load(machine.disk, keptIn(machine.disk)).state);
    },
  );

  it('saves reading what it holds already', async () => {
    const org = await lived(5);
    expect(journalReads(org)).toEqual([journalPath(6)]);
    org.disk.remove(CACHE);
    expect(journalReads(org)).toHaveLength(6);
  });
});

describe('a cache that does not fit is as if there was none', () => {
  /** The first line, and all that follows it. */
  const partsOf = (org: Lab): [Record<string, unknown>, string] => {
    const text = keptIn(org.disk).read('state.json')?.bytes.toString() ?? '';
    const cut = text.indexOf('\n');
    return [JSON.parse(text.slice(0, cut)), text.slice(cut)];
  };

  /** What would be believed if it fitted: so many messages were sent. */
  const LIE = 12_345;
  const lieIn = (rest: string) => rest.replace(/(?<=\["mail\.sent",)\d+/, String(LIE));

  it('but one that fits is believed', async () => {
    const org = await lived();
    const [head, rest] = partsOf(org);
    keptIn(org.disk).write('state.json', head.head as string, `${JSON.stringify(head)}${lieIn(rest)}`);
    expect(load(org.disk, keptIn(org.disk)).state.mail.sent).toBe(LIE);
  });

  it.each<[string, (cache: Record<string, unknown>) => unknown]>([
    ['of another version', (cache) => ({ ...cache, version: 99 })],
    ['of other rules', (cache) => ({ ...cache, rules: 99 })],
    ['of a state with another slice', (cache) => ({ ...cache, shape: `${cache.shape} tasks.open` })],
    ['of another history', (cache) => ({ ...cache, head: 'x' })],
    ['of a longer journal', (cache) => ({ ...cache, end: 1e9 })],
    ['of another place', (cache) => ({ ...cache, end: 5 })],
    ['of a file that is not there', (cache) => ({ ...cache, file: 99 })],
  ])('%s', async (_what, change) => {
    const org = await lived();
    const { state } = folded(org);
    const [before, rest] = partsOf(org);
    const head = change(before) as { head: string };
    keptIn(org.disk).write('state.json', head.head, `${JSON.stringify(head)}${lieIn(rest)}`);
    expect(load(org.disk, keptIn(org.disk)).state).toStrictEqual(state);
  });

  it('of a state in one piece, before it had slices', async () => {
    const org = await lived();
    const { state } = folded(org);
    const [{ shape: _, ...before }] = partsOf(org);
    const lines = [{ ...before, version: 15 }, ['turn', 99], ['files', [['org/org.yaml', 'name: old']]], ['mail', []]];
    keptIn(org.disk).write(
      'state.json',
      before.head as string,
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    expect(load(org.disk, keptIn(org.disk)).state).toStrictEqual(state);
  });

  it.each(['', '{', 'not JSON', '[]'])('that is torn: %j', async (text) => {
    const org = await lived();
    const { state } = folded(org);
    org.disk.replace(CACHE, text);
    expect(load(org.disk, keptIn(org.disk)).state).toStrictEqual(state);
  });

  it('that is a folder', async () => {
    const org = await lived();
    const { state } = folded(org);
    org.disk.remove(CACHE);
    org.disk.create(`${CACHE}/x`, '');
    expect(load(org.disk, keptIn(org.disk)).state).toStrictEqual(state);
  });

  it.each(['io', 'handles', 'denied'] as DiskFailure[])('that cannot be read (%s)', async (failure) => {
    const org = await lived();
    const { state } = folded(org);
    org.disk.looking = ({ name, path }) => (name === 'read' && path === CACHE ? failure : 'go');
    expect(load(org.disk, keptIn(org.disk)).state).toStrictEqual(state);
  });

  it('of which any byte was flipped, or that was cut anywhere', async () => {
    const org = await lived(1);
    const { state } = folded(org);
    for (const path of [CACHE, '.lemming/journal.marks']) {
      const good = Buffer.from(org.disk.read(path) ?? []);
      const step = Math.max(1, Math.floor(good.length / 400));
      for (let at = 0; at < good.length; at += at < 120 || at > good.length - 60 ? 1 : step) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] as number) ^ 1;
        for (const bytes of [bad, good.subarray(0, at)]) {
          org.disk.remove(path);
          org.disk.create(path, bytes);
          expect(load(org.disk, keptIn(org.disk)).state).toStrictEqual(state);
        }
      }
      org.disk.remove(path);
      org.disk.create(path, good);
    }
  });

  it('with a forged balance: it neither shows nor passes a hard cap', async () => {
    const plan = { edges: EDGES, models: PRICED, credits: { agents: { a: { grant: 0.01 }, b: { grant: 0.01 } } } };
    const org = new Lab(plan, PING);
    org.drop('a', 'Begin.');
    await org.turns(1);
    const spent = org.lines('intent').length;
    const forged = (org.read(CACHE) ?? '').replaceAll('"spent":10000', '"spent":0');
    expect(forged).not.toBe(org.read(CACHE));
    org.disk.replace(CACHE, forged);
    expect(load(org.disk, keptIn(org.disk)).state.money.org.spent).toBe(CALL);
    org.drop('a', 'More.');
    await org.turns(1);
    expect(org.lines('intent').filter(({ agent }) => agent === 'a')).toHaveLength(spent);
  });
});

describe('a journal that is not what this machine knew of it', () => {
  const path = journalPath(2);
  const start = (org: Lab, verify = false) => {
    const engine = Engine.open({ ...org.ports(), verify }, TOOLS, 'run');
    engine.close();
    return engine.recovered;
  };

  it.each<[string, (text: string) => string]>([
    ['a byte', (text) => text.replace('"turn":2', '"turn":9')],
    ['its last group is gone', (text) => text.slice(0, text.lastIndexOf('{"k":"done"'))],
    ['half of it is gone', (text) => text.slice(0, text.length / 2)],
    ['a line more', (text) => `${text}{"k":"x"}\n`],
    ['all of it', () => ''],
  ])('stops the start and names the file: %s', async (_what, change) => {
    const org = await lived(5);
    const text = org.read(path) as string;
    org.disk.replace(path, change(text));
    const lines = org.disk.list('org/journal');
    for (const _again of [1, 2])
      expect(() => start(org)).toThrow(
        expect.objectContaining({ fault: expect.objectContaining({ code: 'damaged-journal', file: path }) }),
      );
    expect(org.disk.list('org/journal')).toEqual(lines);
    expect(() => start(org, true)).toThrow(FaultError);
    org.disk.replace(path, text);
    expect(start(org)).toEqual([]);
    expect(journalReads(org)).toEqual([journalPath(6)]);
  });

  it('that goes back to an earlier turn is taken, and told; another history of that turn is not, until it was read', async () => {
    const org = await lived(5);
    const files = [4, 5, 6].map((n) => [journalPath(n), org.read(journalPath(n)) as string] as const);
    for (const [file] of files) org.disk.remove(file);
    expect(start(org)).toEqual([expect.stringContaining('goes back to turn 3')]);
    expect(start(org)).toEqual([]);
    org.drop('a', 'Another way.');
    await org.turns(1);
    for (const [file, text] of files) org.disk.replace(file, text);
    expect(() => start(org)).toThrow(
      expect.objectContaining({ fault: expect.objectContaining({ file: journalPath(4) }) }),
    );
    expect(start(org, true)).toEqual([]);
    expect(start(org)).toEqual([]);
    expect(folded(org).state.clock.turn).toBe(5);
  });

  it('that grew elsewhere is taken as it is', async () => {
    const org = await lived(2);
    const grown = org.disk.copy();
    const marks = org.read('.lemming/journal.marks');
    await org.turns(2);
    expect(marks).not.toBe(org.read('.lemming/journal.marks'));
    for (const name of ['state.json', 'journal.marks'])
      org.disk.replace(`.lemming/${name}`, Buffer.from(grown.read(`.lemming/${name}`) ?? []).toString('latin1'));
    expect(start(org)).toEqual([]);
  });
});

describe('a turn that was cut off', () => {
  it('is told with its frozen inputs and its calls; what it did is not in the state', async () => {
    const org = await lived(1);
    const before = folded(org).state;
    await org.cutOff();
    const { state, unfinished, unwritten } = load(org.disk, keptIn(org.disk));
    expect(unfinished).toMatchObject({ open: { turn: 2 }, inputs: [{ k: 'open' }] });
    expect(unfinished?.calls.map(({ k }) => k)).toContain('intent');
    expect([state.clock.turn, state.mail.sent, unwritten]).toEqual([before.clock.turn, before.mail.sent, null]);
  });

  it('after its commit is told with all its lines, until its files are there', async () => {
    const org = await lived(1);
    org.disk.plan = ({ name, path }) => (name === 'link' && path.startsWith('agents/') ? 'crash-before' : 'go');
    await expect(org.turns(1)).rejects.toThrow();
    org.restart();
    const { state, unfinished, unwritten } = load(org.disk, keptIn(org.disk));
    expect([state.clock.turn, unfinished]).toEqual([2, null]);
    expect(unwritten?.map(({ k }) => k)).toEqual(
      expect.arrayContaining(['open', 'intent', 'reply', 'visit', 'sent', 'wrote']),
    );
    await org.turns(1);
    expect(folded(org).unwritten).toBeNull();
  });
});

it('of an organisation without a journal everything is new', () => {
  const { state, journal, unfinished, unwritten, synced, boot } = load(new Lab({ edges: EDGES }).disk);
  expect([state.clock.turn, journal.file, journal.size, unfinished, unwritten, synced, boot]).toEqual([
    0,
    1,
    0,
    null,
    null,
    0,
    null,
  ]);
});
