import { Crash, type DiskFate, type MemoryDisk, type Operation } from '../../../src/testing/memory-disk.ts';
import { brokenPromises, type Machine, newMachine, runTo, SHAPES, visible } from '../world.ts';

export const TURNS = 3;

/** What survives a crash of what was not synced: all (the process was killed), nothing, or a subset drawn by a seed. */
export type Loss = 'killed' | 'none' | number;

/** One crash: at which operation, how, what is lost, and at which operation of the recovery a second one follows. */
export interface Case {
  shape: string;
  at: number;
  fate: 'crash-before' | 'crash-torn' | 'crash-after';
  loss: Loss;
  second?: number;
}

/** The uninterrupted run of a shape: its folder and the number of its operations. */
export async function goldenRun(
  shape: string,
  differ = false,
): Promise<{ files: Map<string, string>; operations: number; start: MemoryDisk }> {
  const machine = newMachine(plan(shape), differ);
  const start = machine.disk.copy();
  await runTo(machine, TURNS);
  return { files: visible(machine.disk), operations: machine.disk.count, start };
}

function plan(shape: string) {
  const found = SHAPES[shape];
  if (!found) throw new Error(`no shape ${shape}`);
  return found;
}

/** Runs one case; returns what is wrong afterwards. */
export async function crashCase(
  one: Case,
  golden: { files: Map<string, string>; start: MemoryDisk },
  differ: boolean,
  mutant?: (disk: MemoryDisk) => void,
): Promise<string[]> {
  const machine = newMachine({ edges: {} }, differ);
  machine.disk = golden.start.copy();
  machine.disk.now = () => machine.clock.now() - 10_000;
  mutant?.(machine.disk);
  try {
    await crashTwice(machine, one, mutant);
    const engine = await runTo(machine, TURNS);
    return brokenPromises(machine, engine, differ ? null : golden.files);
  } catch (error) {
    return [`recovery failed: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function crashTwice(machine: Machine, one: Case, mutant?: (disk: MemoryDisk) => void): Promise<void> {
  await runCrashing(machine, crashAt(one.at, one.fate));
  lose(machine, one.loss, mutant);
  if (one.second !== undefined) {
    await runCrashing(machine, crashAt(one.second, one.fate));
    lose(machine, one.loss === 'killed' ? 'killed' : typeof one.loss === 'number' ? one.loss + 1 : 'none', mutant);
  }
}

function crashAt(at: number, fate: DiskFate): (operation: Operation) => DiskFate {
  return (operation) => (operation.index === at ? fate : 'go');
}

async function runCrashing(machine: Machine, fates: (operation: Operation) => DiskFate): Promise<void> {
  const { plan: before } = machine.disk;
  machine.disk.plan = (operation) => {
    const fate = fates(operation);
    return fate === 'go' ? before(operation) : fate;
  };
  try {
    await runTo(machine, TURNS);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
}

/** The machine or the process starts again. */
function lose(machine: Machine, loss: Loss, mutant?: (disk: MemoryDisk) => void): void {
  const random = typeof loss === 'number' ? seeded(loss) : null;
  machine.disk = machine.disk.afterCrash(loss === 'killed' ? () => true : random ? () => random() < 0.5 : () => false);
  machine.disk.now = () => machine.clock.now() - 10_000;
  machine.pid++;
  if (loss !== 'killed') machine.boot = `boot-${machine.pid}`;
  mutant?.(machine.disk);
}

/** Numbers in [0, 1) from a seed: mulberry32. */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Every case of a shape: each operation × fate × losses, a second crash in half of each. */
export function* casesOf(shape: string, operations: number, subsets: number): Generator<Case> {
  let n = 0;
  for (let at = 1; at <= operations; at++)
    for (const fate of ['crash-before', 'crash-torn', 'crash-after'] as const)
      for (let i = -2; i < subsets; i++) {
        const loss: Loss = i === -2 ? 'killed' : i === -1 ? 'none' : at * 1000 + i;
        yield { shape, at, fate, loss, ...((n++ + at) % 2 ? { second: 1 + ((at * 7 + (i + 2) * 13) % 60) } : {}) };
      }
}
