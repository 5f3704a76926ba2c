import { describe, expect, it } from 'vitest';
import type { DiskFailure } from '../../src/disk/disk.ts';
import { DiskError } from '../../src/disk/disk.ts';
import { journalPath } from '../../src/disk/journal.ts';
import { load } from '../../src/engine/load.ts';
import { newMachine, runTo, SHAPES } from '../campaign/world.ts';
import { keptIn } from '../kept.ts';
import { type Mind, say } from '../regression/org.ts';
import { Lab } from './world.ts';

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
      const { state, journal, unfinished, undone, synced, boot } = load(org.disk, keptIn(org.disk));
      const other = folded(org);
      expect(state).toStrictEqual(other.state);
      expect([journal.file, journal.size, journal.head, unfinished, undone, synced, boot]).toEqual([
        other.journal.file,
        other.journal.size,
        other.journal.head,
        other.unfinished,
        other.undone,
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
  const cacheOf = (org: Lab) => JSON.parse(org.read(CACHE) ?? '') as Record<string, unknown>;

  it.each<[string, (cache: Record<string, unknown>) => unknown]>([
    ['of another version', (cache) => ({ ...cache, version: 99 })],
    ['of another history', (cache) => ({ ...cache, head: 'x' })],
    ['of a longer journal', (cache) => ({ ...cache, end: 1e9 })],
    ['of another place', (cache) => ({ ...cache, end: 5 })],
    ['of a file that is not there', (cache) => ({ ...cache, file: 99 })],
    ['that is no object', () => 5],
    ['that is null', () => null],
  ])('%s', async (_what, change) => {
    const org = await lived();
    const { state } = folded(org);
    org.disk.replace(CACHE, JSON.stringify(change(cacheOf(org))));
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

  it.each(['io', 'handles', 'denied'] as DiskFailure[])('but a disk that fails (%s) is told', async (failure) => {
    const org = await lived();
    org.disk.looking = ({ name, path }) => (name === 'read' && path === CACHE ? failure : 'go');
    expect(() => load(org.disk, keptIn(org.disk))).toThrow(DiskError);
  });
});

describe('a turn that was cut off', () => {
  it('is told with its frozen inputs and its calls; what it did is not in the state', async () => {
    const org = await lived(1);
    const before = folded(org).state;
    await org.cutOff();
    const { state, unfinished, undone } = load(org.disk, keptIn(org.disk));
    expect(unfinished).toMatchObject({ open: { turn: 2 }, inputs: [{ k: 'open' }] });
    expect(unfinished?.calls.map(({ k }) => k)).toContain('intent');
    expect([state.turn, state.sent, undone]).toEqual([before.turn, before.sent, null]);
  });

  it('after its commit is told with all its lines, until its files are there', async () => {
    const org = await lived(1);
    org.disk.plan = ({ name, path }) => (name === 'link' && path.startsWith('agents/') ? 'crash-before' : 'go');
    await expect(org.turns(1)).rejects.toThrow();
    org.restart();
    const { state, unfinished, undone } = load(org.disk, keptIn(org.disk));
    expect([state.turn, unfinished]).toEqual([2, null]);
    expect(undone?.map(({ k }) => k)).toEqual(
      expect.arrayContaining(['open', 'intent', 'reply', 'visit', 'sent', 'wrote']),
    );
    await org.turns(1);
    expect(folded(org).undone).toBeNull();
  });
});

it('of an organisation without a journal everything is new', () => {
  const { state, journal, unfinished, undone, synced, boot } = load(new Lab({ edges: EDGES }).disk);
  expect([state.turn, journal.file, journal.size, unfinished, undone, synced, boot]).toEqual([
    0,
    1,
    0,
    null,
    null,
    0,
    null,
  ]);
});
