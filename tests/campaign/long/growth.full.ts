import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realKept } from '../../../src/disk/cache/cache-key.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { load } from '../../../src/engine/journal/load.ts';
import { seeded } from '../kills/crash.ts';
import { newFolder, removeFolder } from '../real.ts';
import { digestOf, foldOf, growOrg, type Ran, ran } from './growth.ts';

const PER_TURN = 1250;
/** With more of them all mail is answered before the last round. */
const TURNS = 5;
const ROUNDS = 3;

/** What a figure of several rounds is: the middle one, rounded. */
function middle(figures: readonly number[]): number {
  return Math.round([...figures].sort((a, b) => a - b)[figures.length >> 1] as number);
}

function sum(figures: readonly number[]): number {
  return figures.reduce((a, b) => a + b, 0);
}

function spent(runs: readonly Ran[]): { ms: number; cpu: number; peak: number } {
  return {
    ms: middle(runs.map(({ ms }) => ms)),
    cpu: middle(runs.map(({ cpu }) => cpu)),
    peak: middle(runs.map(({ peak }) => peak)),
  };
}

/** Files of the journal that a run told to be left when it began to read; null when it told nothing. */
function leftAtFirst({ err }: Ran): number | null {
  const left = /Reading the journal: (\d+) turns/.exec(err)?.[1];
  return left === undefined ? null : Number(left);
}

/** What a start finds, beside a fold of the whole journal that keeps everything in memory. */
function expectSame(root: string): void {
  const disk = realDisk(root);
  expect(digestOf(load(disk, realKept(root, process.env, disk)).state)).toBe(digestOf(foldOf(disk)));
}

/** Messages that a run with `--json` sent. */
function sentIn({ out }: Ran): number {
  const { visits } = JSON.parse(out) as { visits: { sent: number }[] };
  return visits.reduce((sum, { sent }) => sum + sent, 0);
}

function tell(figures: object): void {
  fs.writeSync(2, `growth: ${JSON.stringify(figures)}\n`);
}

describe('an organisation with 1,000,000 old messages', () => {
  const folder = newFolder('growth');
  const [small, large] = ['small', 'large'].map((name) => path.join(folder, name)) as [string, string];
  beforeAll(() => {
    growOrg(small, 10_000, PER_TURN);
    growOrg(large, 1_000_000, PER_TURN);
  }, 3_600_000);
  afterAll(() => removeFolder(folder), 600_000);

  it('goes on after kills in the pass over its journal and in turns, and is what its journal says', async () => {
    const random = seeded(11);
    const lefts: number[] = [];
    for (let kills = 0; kills < 4; kills++) {
      const left = leftAtFirst(await ran(large, ['run-once'], 4000 + random() * 12_000));
      if (left !== null) lefts.push(left);
    }
    const whole = await ran(large, ['run-once']);
    expect(whole.code).toBe(0);
    lefts.push(leftAtFirst(whole) ?? 0);
    expect(lefts).toEqual([...lefts].sort((a, b) => b - a));
    expect(lefts.at(-1)).toBeLessThan(lefts[0] as number);
    expectSame(large);
    const usual = (await ran(large, ['run', '--turns', '2'])).ms;
    for (let kills = 0; kills < 6; kills++) await ran(large, ['run', '--turns', '2'], random() * usual);
    expect((await ran(large, ['run-once'])).code).toBe(0);
    expectSame(large);
    expect((await ran(large, ['verify'])).code).toBe(0);
    tell({ lefts });
  });

  it('starts, turns and answers as at 10,000', async () => {
    fs.rmSync(path.join(large, '.lemming'), { recursive: true, force: true });
    const pass = await ran(large, ['run-once']);
    expect(pass.code).toBe(0);
    expect(pass.err).toContain('Reading the journal');
    await ran(small, ['run-once']);
    const runs = { small: [] as Ran[], large: [] as Ran[] };
    const turns = { small: [] as number[], large: [] as number[] };
    const sent = { small: [] as number[], large: [] as number[] };
    const peaks = { small: [] as number[], large: [] as number[] };
    const started = { small: [] as number[], large: [] as number[] };
    for (let round = 0; round < ROUNDS; round++)
      for (const [size, root] of [
        ['small', small],
        ['large', large],
      ] as const) {
        const one = await ran(root, ['run-once', '--json']);
        const more = await ran(root, ['run', '--turns', `${TURNS}`, '--json']);
        sent[size].push(sentIn(one), sentIn(more));
        runs[size].push(one);
        started[size].push(one.began);
        turns[size].push((more.cpu - one.cpu) / (TURNS - 1));
        peaks[size].push(more.peak);
      }
    const views: Record<string, Record<string, ReturnType<typeof spent>>> = {};
    for (const view of ['status', 'inbox', 'costs']) {
      const seen = { small: [] as Ran[], large: [] as Ran[] };
      for (let round = 0; round < ROUNDS; round++) {
        seen.small.push(await ran(small, [view]));
        seen.large.push(await ran(large, [view]));
      }
      views[view] = { small: spent(seen.small), large: spent(seen.large) };
    }
    const least = spent(runs.small).peak;
    tell({
      pass: spent([pass]),
      runOnce: { small: spent(runs.small), large: spent(runs.large) },
      started: {
        small: middle(started.small),
        large: middle(started.large),
        best: Math.round(Math.min(...started.large)),
      },
      sent,
      turnCpu: { ...turns, ratio: sum(turns.large) / sum(turns.small) },
      peaks: { small: middle(peaks.small), large: middle(peaks.large) },
      views,
    });
    // The processor time is what this program takes; the time on the clock is as much on a machine without other work.
    expect(pass.cpu).toBeLessThan(60_000);
    expect(pass.peak - least).toBeLessThan(200);
    expect(Math.min(...started.large)).toBeLessThan(2000);
    expect(middle(peaks.large) - middle(peaks.small)).toBeLessThan(40);
    // Both answer as much mail, so their turns may be compared.
    expect(Math.min(...sent.small, ...sent.large)).toBeGreaterThan(0.8 * PER_TURN);
    expect(middle(sent.large) / middle(sent.small)).toBeCloseTo(1, 1);
    // One difference of two runs is uncertain by a fifth; all turns of all rounds together are not.
    expect(sum(turns.large) / sum(turns.small)).toBeLessThan(1.1);
    for (const { large: view } of Object.values(views)) expect(view?.cpu).toBeLessThan(1000);
  });
});
