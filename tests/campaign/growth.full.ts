import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { seeded } from './crash.ts';
import { growOrg, type Ran, ran } from './growth.ts';
import { newFolder, removeFolder } from './real.ts';

const PER_TURN = 1250;
const TURNS = 5;

/** The second of two runs: the first reads what is not in the system's memory yet. */
async function again(root: string, args: readonly string[]): Promise<Ran> {
  await ran(root, args);
  return ran(root, args);
}

/** Milliseconds of one turn beyond the start of the process. */
async function turnOf(root: string): Promise<{ turn: number; start: number; peak: number }> {
  const one = await again(root, ['run-once']);
  const more = await ran(root, ['run', '--turns', `${TURNS}`]);
  return { turn: (more.ms - one.ms) / (TURNS - 1), start: one.ms, peak: more.peak };
}

it('at 1,000,000 old messages an organisation starts, turns and answers as at 10,000', async () => {
  const folder = newFolder('growth');
  const [small, large] = ['small', 'large'].map((name) => path.join(folder, name)) as [string, string];
  try {
    growOrg(small, 10_000, PER_TURN);
    growOrg(large, 1_000_000, PER_TURN);
    const random = seeded(11);
    const passes: Ran[] = [];
    for (let kills = 0; kills < 3; kills++) passes.push(await ran(large, ['run-once'], 4000 + random() * 6000));
    const rest = await ran(large, ['run-once']);
    const killed = passes.reduce((sum, { ms }) => sum + ms, 0);
    fs.rmSync(path.join(large, '.lemming'), { recursive: true });
    const pass = await ran(large, ['run-once']);
    const { peak: least } = await again(small, ['run-once']);
    const at = { small: await turnOf(small), large: await turnOf(large) };
    const views: Record<string, number> = {};
    for (const view of ['status', 'inbox', 'costs']) views[view] = Math.round((await again(large, [view])).ms);
    const figures = {
      pass: Math.round(pass.ms),
      passPeak: Math.round(pass.peak - least),
      killed: Math.round(killed),
      rest: Math.round(rest.ms),
      ...at,
      ...views,
    };
    fs.writeSync(2, `growth: ${JSON.stringify(figures)}\n`);
    expect([pass.code, rest.code]).toEqual([0, 0]);
    expect(pass.err).toContain('Reading the journal');
    expect(pass.ms).toBeLessThan(60_000);
    expect(pass.peak - least).toBeLessThan(200);
    expect(rest.ms).toBeLessThan(pass.ms);
    expect(at.large.start).toBeLessThan(2000);
    expect(at.large.peak - at.small.peak).toBeLessThan(40);
    expect(at.large.turn / at.small.turn).toBeLessThan(1.1);
    for (const ms of Object.values(views)) expect(ms).toBeLessThan(1000);
  } finally {
    removeFolder(folder);
  }
});
