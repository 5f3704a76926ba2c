// @module-tag campaign
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serializeState } from '../../../src/core/model/state/pieces.ts';
import { realKept } from '../../../src/disk/cache/cache-key.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { type Loaded, load } from '../../../src/engine/journal/load.ts';
import { seeded } from '../kills/crash.ts';
import { newFolder, removeFolder } from '../real.ts';
import { foldOf, growOrg, ran, segmentsIn } from './growth.ts';

const VIEWS = [
  ['status', '--json'],
  ['inbox', '--json'],
  ['inbox', '--all', '--json'],
  ['costs', '--json'],
  ['show', '000003-a3-04', '--json'],
  ['search', 'nobody will need', '--json'],
];

/** The state as a start finds it. */
function loadKept(root: string): Loaded {
  const disk = realDisk(root);
  return load(disk, realKept(root, process.env, disk));
}

/** What the views say of an organisation with what it keeps, and without. */
async function told(root: string): Promise<string[]> {
  const said: string[] = [];
  for (const args of VIEWS) said.push((await ran(root, args)).out);
  return said;
}

describe('an organisation with a long past', () => {
  let folder: string;
  let root: string;
  beforeAll(() => {
    folder = newFolder('growth');
    root = path.join(folder, 'org');
    growOrg(root, 6000, 200, Infinity);
  });
  afterAll(() => removeFolder(folder));

  it('is what a fold that keeps everything makes of its journal, however often its engine is killed', async () => {
    const random = seeded(7);
    const usual = (await ran(root, ['run', '--turns', '2'])).ms;
    for (let kills = 0; kills < 6; kills++) {
      await ran(root, ['run', '--turns', '2'], random() * usual);
      const disk = realDisk(root);
      const { state, unfinished } = loadKept(root);
      if (!unfinished) expect(serializeState(state)).toEqual(serializeState(foldOf(disk)));
    }
    expect((await ran(root, ['run', '--turns', '2'])).code).toBe(0);
    expect(segmentsIn(root).length).toBeGreaterThan(0);
    expect(serializeState(loadKept(root).state)).toEqual(serializeState(foldOf(realDisk(root))));
    expect((await ran(root, ['replay'])).code).toBe(0);
    expect((await ran(root, ['verify'])).code).toBe(0);
  });

  it('tells the same with what it keeps and without', async () => {
    const before = await told(root);
    fs.rmSync(path.join(root, '.lemming'), { recursive: true });
    expect(await told(root)).toEqual(before);
    expect((await ran(root, ['run', '--turns', '1'])).code).toBe(0);
  });

  it('never believes a segment that is cut short, gone, or changed', async () => {
    const whole = serializeState(foldOf(realDisk(root)));
    const [file] = segmentsIn(root) as [string];
    const bytes = fs.readFileSync(file);
    const changed = Buffer.from(bytes);
    changed[100] = (changed[100] as number) ^ 1;
    for (const broken of [bytes.subarray(0, bytes.length - 1), changed, null]) {
      if (broken) fs.writeFileSync(file, broken);
      else fs.rmSync(file, { force: true });
      const frozen = (): unknown => serializeState(loadKept(root).state);
      if (broken === changed) expect(frozen).toThrow('cache of old mail');
      expect(frozen()).toEqual(whole);
      fs.writeFileSync(file, bytes);
    }
  });
});

it('a journal is folded in pieces: what was folded is kept on the way, and a start after a kill goes on there', () => {
  const folder = newFolder('growth');
  growOrg(folder, 40_000, 1000);
  const disk = realDisk(folder);
  const kept = realKept(folder, process.env, disk);
  const stop = new Error('killed');
  const killed = { ...kept, drop: kept.drop };
  let writes = 0;
  killed.write = (name, seal, ...content) => {
    const tag = kept.write(name, seal, ...content);
    if (name === 'state.json' && ++writes === 1) throw stop;
    return tag;
  };
  expect(() => load(disk, kept, undefined, { keep: killed })).toThrow(stop);
  const read: string[] = [];
  const again = load(
    {
      ...disk,
      read(path, how) {
        read.push(path);
        return disk.read(path, how);
      },
    },
    kept,
  );
  const all = disk.list('org/journal')?.length ?? 0;
  expect(read.filter((path) => path.startsWith('org/journal/')).length).toBeLessThan(0.9 * all);
  expect(serializeState(again.state)).toEqual(serializeState(foldOf(disk)));
  removeFolder(folder);
});

it('a long journal is told while it is read, by a run as by a look; a look leaves nothing behind', async () => {
  const folder = newFolder('growth');
  growOrg(folder, 40_000, 600);
  const look = await ran(folder, ['inbox']);
  expect(look.err).toContain('Reading the journal: 67 turns are left');
  expect(segmentsIn(folder)).toEqual([]);
  const run = await ran(folder, ['run-once']);
  expect([run.code, run.err]).toEqual([0, expect.stringContaining('Reading the journal: 67 turns are left')]);
  expect(segmentsIn(folder).length).toBeGreaterThan(0);
  removeFolder(folder);
});
