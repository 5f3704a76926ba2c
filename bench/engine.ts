/** How fast the engine is beside its floor, and what a visit costs: processor time, system calls, garbage. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { median, openFloor, type RingWish, timeRing } from './ring.ts';

/** A ratio of one run: the median of its pairs, and the range that holds the middle half of them. */
export interface Ratio {
  median: number;
  low: number;
  high: number;
}

export interface Throughput {
  /** Microseconds a visit. */
  floor: number;
  engine: number;
  /** Floor time divided by engine time. */
  speed: Ratio;
}

/** Turns before anything is measured: code is compiled, folders are made. */
const WARM = 5;

/** Turn about, the engine and the floor. */
export async function throughput(folder: (name: string) => string, wish: RingWish, pairs: number): Promise<Throughput> {
  const floor = openFloor(folder('floor'), wish.agents);
  const floors: number[] = [];
  const engines = await timeRing(folder('ring'), wish, pairs + WARM, () => floors.push(floor()));
  const [floorMs, engineMs] = [floors.slice(WARM + 1), engines.slice(WARM)];
  const visit = (values: number[]): number => (median(values) / wish.agents) * 1000;
  const ratios = floorMs.map((ms, i) => ms / (engineMs[i] as number));
  return { floor: visit(floorMs), engine: visit(engineMs), speed: spread(ratios) };
}

/** The median and the middle half of at least four values. */
export function spread(values: readonly number[]): Ratio {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.round(part * (sorted.length - 1))] as number;
  return { median: median(values), low: at(0.25), high: at(0.75) };
}

/** What a visit of the ring costs beside its time. `null`: no strace on this machine. */
export interface VisitCost {
  'cpu us': number;
  'garbage kB': number;
  'system calls': number | null;
}

export function visitCost(folder: (name: string) => string, agents: number): VisitCost {
  const spent = play([], folder('cost'), agents, 25);
  // A young generation that is never full in the turns that count: all that was made in them is still there.
  const made = play(['--max-semi-space-size=512', '--min-semi-space-size=512'], folder('garbage'), agents, 2);
  return { 'cpu us': spent.cpu, 'garbage kB': made.bytes / 1000, 'system calls': systemCalls(folder, agents) };
}

interface Played {
  /** Microseconds a visit, of all threads. */
  cpu: number;
  /** Bytes of the heap a visit. */
  bytes: number;
}

const NODE = ['--expose-gc', '--import', 'tsx', '--import', './bench/shipped.mjs'];

function play(flags: string[], root: string, agents: number, turns: number): Played {
  const args = [...flags, ...NODE, 'bench/played.ts', root, String(agents), String(turns)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Played;
}

/** The calls of 12 turns less those of 2, for each visit: starting and ending fall out. */
function systemCalls(folder: (name: string) => string, agents: number): number | null {
  const [few, many] = [2, 12].map((turns) => {
    const out = path.join(folder('calls'), 'strace');
    const args = [
      '-f',
      '-c',
      '-o',
      out,
      process.execPath,
      ...NODE,
      'bench/played.ts',
      folder('ring'),
      String(agents),
      String(turns),
    ];
    const { status, error } = spawnSync('strace', args, { stdio: 'ignore' });
    return error || status !== 0 ? null : totalOf(fs.readFileSync(out, 'utf8'));
  });
  return few == null || many == null ? null : (many - few) / (10 * agents);
}

/** The calls in the last line of a table of strace: `100.00  1.2  3  4567  89 total`. */
function totalOf(table: string): number {
  return Number(/(\d+)(?:\s+\d+)?\s+total\s*$/.exec(table)?.[1]);
}
