/** A ring of agents that write to each other, and the floor: the least that a program with the same promises must do on the disk. */

import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { withEngine } from '../src/app/run-engine.ts';
import { realDisk } from '../src/disk/fs/real.ts';
import { realMachine } from '../src/engine/machine.ts';
import { run } from '../src/engine/turn/run.ts';
import { buildOrg, type OrgPlan } from '../src/testing/build-org.ts';

/** A ring of agents, each of which writes one message to the next in every turn. */
export function ringPlan({ agents, priced = false }: RingWish): OrgPlan {
  const names = Array.from({ length: agents }, (_, i) => `a${i}`);
  const model = { provider: 'simulated', options: { to: '*', body_chars: 600 } }; // each has one neighbour
  return {
    edges: { ...Object.fromEntries(names.map((name, i) => [name, [`a${(i + 1) % agents}`]])), human: [] },
    org: { limits: { hops: 1_000_000, concurrency: 128 } },
    models: { default: priced ? { ...model, price: { per_call: 0.001 } } : model },
    resumes: Object.fromEntries(names.map((name) => [name, { schedule: { every: 1, when: 'always' } }])),
    ...(priced && { credits: { agents: Object.fromEntries(names.map((name) => [name, { grant: 1_000_000 }])) } }),
  };
}

/** What a ring is made of. */
export interface RingWish {
  agents: number;
  /** Each call has a price, so that it is reserved, paid and may not be made twice. */
  priced?: boolean;
}

/** Makes a ring in that folder; `lemming run` works on it as it is. */
export function makeRing(root: string, wish: RingWish): void {
  buildOrg(realDisk(root), ringPlan(wish));
}

/**
 * Makes turns of the ring in that folder, as `lemming run --turns N` does. `between` is called before the first turn and after
 * each. Its time is not part of a turn.
 */
export async function runRing(root: string, turns: number, between: () => void): Promise<void> {
  const place = { machine: realMachine, root, env: { LEMMING_HOME: `${root}.home` } };
  const signal = new AbortController().signal;
  await withEngine(place, 'bench', (engine, clock) => {
    between();
    return run(engine, clock, { turns, signal, onTurn: between });
  });
}

/** Milliseconds of each turn of a new ring, without what is done in between. */
export async function timeRing(root: string, wish: RingWish, turns: number, between = () => {}): Promise<number[]> {
  makeRing(root, wish);
  const times: number[] = [];
  let last = Number.NaN;
  await runRing(root, turns, () => {
    times.push(performance.now() - last);
    between();
    last = performance.now();
  });
  return times.slice(1);
}

/** As long as the messages of the ring. */
const BODY = 'Forty-two agents pass a letter around the ring. '.repeat(13).slice(0, 599).concat('.');
const TEXT = `---\nid: 000001-a0-01\n---\n${BODY}\n${'x'.repeat(100)}`;

/** What it costs to write so many message files by temp + rename, into as many folders. Milliseconds. */
export function writeFiles(root: string, agents: number, round: number): number {
  const start = performance.now();
  for (let i = 0; i < agents; i++) writeFile(path.join(root, `f${i}`), round);
  return performance.now() - start;
}

function writeFile(folder: string, round: number): void {
  fs.writeFileSync(path.join(folder, '.t'), TEXT);
  fs.renameSync(path.join(folder, '.t'), path.join(folder, `m${round}`));
}

/** One round of the raw file operations of a turn: each agent reads one message file and writes one by temp + rename; one write and fdatasync of their journal lines. Milliseconds. */
export function openFloor(root: string, agents: number): () => number {
  const line = Buffer.from(`${JSON.stringify({ k: 'sent', body: BODY })}\n`.repeat(agents));
  for (let i = 0; i < agents; i++) fs.mkdirSync(path.join(root, `f${i}`), { recursive: true });
  const journal = fs.openSync(path.join(root, 'journal'), 'a');
  let round = 0;
  return () => {
    const start = performance.now();
    for (let i = 0; i < agents; i++) {
      const folder = path.join(root, `f${i}`);
      if (round > 0) fs.readFileSync(path.join(folder, `m${round - 1}`));
      writeFile(folder, round);
    }
    fs.writeSync(journal, line);
    fs.fdatasyncSync(journal);
    round++;
    return performance.now() - start;
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
