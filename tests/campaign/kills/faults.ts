import { createHash } from 'node:crypto';
import type { DiskFailure } from '../../../src/disk/fs/disk.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { FaultError } from '../../../src/schema/fault.ts';
import { Crash, type DiskFate, type MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { brokenPromises, journalOf, type Machine, newMachine, portsOf, runTo, visible } from '../world.ts';
import { type goldenRun, seeded, TURNS } from './crash.ts';

export type Golden = Awaited<ReturnType<typeof goldenRun>>;

/** A disk that fails at one operation, or from it on; `full-torn` writes half before it says so. */
export interface Trouble {
  shape: string;
  at: number;
  failure: DiskFailure | 'full-torn';
  lasting: boolean;
  /** Operations that change the disk, or those that only look. */
  of: 'changes' | 'looks';
}

/** What each failure is told as. */
const CODES: Record<string, string> = {
  full: 'disk-full',
  'full-torn': 'disk-full',
  'read-only': 'disk-read-only',
  handles: 'no-handles',
  denied: 'no-access',
};

/** A machine on a copy of the disk with which a golden run began. */
export function machineOn(start: MemoryDisk, differ = false): Machine {
  const machine = newMachine({ edges: {} }, differ);
  machine.pause = unevenly;
  machine.disk = start.copy();
  setClock(machine);
  return machine;
}

/** Some rounds of the event loop, so that the calls of a turn end one after the other. */
async function unevenly(key: string): Promise<void> {
  for (let rounds = hash(key) % 5; rounds > 0; rounds--) await new Promise(setImmediate);
}

function hash(text: string): number {
  return createHash('sha256').update(text).digest()[0] ?? 0;
}

function setClock(machine: Machine): void {
  machine.disk.now = () => machine.clock.now() - 10_000;
}

/** Opens the engine, makes its turns and closes it, whatever happens; returns what was thrown, first to last. */
async function tryTurns(machine: Machine): Promise<unknown[]> {
  const errors: unknown[] = [];
  let engine: Engine | null = null;
  try {
    engine = Engine.open(portsOf(machine), TOOLS, 'run');
    while (engine.state.clock.turn < TURNS) await engine.turn();
    engine.idle();
  } catch (error) {
    errors.push(error);
  }
  try {
    engine?.close();
  } catch (error) {
    errors.push(error);
  }
  return errors;
}

const CHANGES = ['full', 'full-torn', 'io', 'handles', 'read-only'] as const;
const LOOKS = ['io', 'handles'] as const;

/** Every trouble of a shape: each operation × failure × once or from then on. */
export function* troublesOf(shape: string, operations: { changes: number; looks: number }): Generator<Trouble> {
  for (const of of ['changes', 'looks'] as const)
    for (let at = 1; at <= operations[of]; at++)
      for (const failure of of === 'changes' ? CHANGES : LOOKS)
        for (const lasting of [false, true]) yield { shape, at, failure, lasting, of };
}

/** How many operations a run on such a machine makes. */
export async function operationsOf(golden: Golden): Promise<{ changes: number; looks: number }> {
  const machine = machineOn(golden.start);
  let looks = 0;
  machine.disk.looking = () => {
    looks++;
    return 'go';
  };
  await tryTurns(machine);
  return { changes: machine.disk.count, looks };
}

/** One trouble: how the engine ends, and what a new one on the healthy disk makes of it. Returns what is wrong. */
export async function troubleCase(one: Trouble, golden: Golden): Promise<string[]> {
  const machine = machineOn(golden.start);
  bringTrouble(machine.disk, one);
  const wrong = (await tryTurns(machine)).flatMap((error) => notAFault(error, CODES[one.failure] ?? 'disk-error'));
  machine.disk.plan = () => 'go';
  machine.disk.looking = null;
  machine.pid++;
  return [...wrong, ...(await finish(machine, golden))];
}

function bringTrouble(disk: MemoryDisk, { at, failure, lasting, of }: Trouble): void {
  const hits = (index: number): boolean => index === at || (lasting && index > at);
  if (of === 'changes') disk.plan = ({ index }) => (hits(index) ? failure : 'go');
  else disk.looking = ({ index }) => (hits(index) && failure !== 'full-torn' ? failure : 'go');
}

function notAFault(error: unknown, code: string): string[] {
  if (error instanceof FaultError && error.fault.code === code) return [];
  return [`ended with ${error instanceof FaultError ? error.fault.code : error} instead of ${code}`];
}

/** A new engine finishes the run on what is left. */
async function finish(machine: Machine, golden: Golden): Promise<string[]> {
  try {
    const engine = await runTo(machine, TURNS);
    return brokenPromises(machine, engine, golden.files);
  } catch (error) {
    return [`recovery failed: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** A disk with room for so many more bytes; the write that meets its end is half done. */
function limit(disk: MemoryDisk, capacity: number): void {
  let used = 0;
  disk.room = capacity;
  disk.plan = ({ bytes }) => {
    if (used + bytes > capacity) return 'full-torn';
    used += bytes;
    disk.room = capacity - used;
    return 'go';
  };
}

/** From that operation on there is no more room than what is written anyhow: no further call is made, and none is lost. */
export async function noRoomFrom(golden: Golden, at: number): Promise<string[]> {
  const machine = machineOn(golden.start);
  let calls = 0;
  machine.disk.plan = ({ index }) => {
    if (index === at) {
      machine.disk.room = 0;
      calls = machine.calls;
    }
    return 'go';
  };
  const wrong = (await tryTurns(machine)).flatMap((error) => notAFault(error, 'disk-full'));
  if (at <= machine.disk.count && machine.calls > calls + ANNOUNCED)
    wrong.push(`${machine.calls - calls} calls were made without room`);
  wrong.push(...lostReplies(machine));
  machine.disk.plan = () => 'go';
  machine.disk.room = Number.POSITIVE_INFINITY;
  machine.pid++;
  return [...wrong, ...(await finish(machine, golden))];
}

/** Calls that may be announced already when the room goes: as many as are under way at a time. */
const ANNOUNCED = 3;

/** Calls that were made and whose reply the journal does not hold. */
function lostReplies(machine: Machine): string[] {
  const kept = new Map<string, number>();
  for (const entry of journalOf(machine.disk).entries)
    if (entry.k === 'reply')
      kept.set(
        `${entry.turn}.${entry.agent}.${entry.n}`,
        (kept.get(`${entry.turn}.${entry.agent}.${entry.n}`) ?? 0) + 1,
      );
  return [...machine.asked]
    .filter(([key, times]) => times > (kept.get(key) ?? 0))
    .map(([key]) => `the reply of ${key} was lost`);
}

/** The bytes that a run of that shape writes, and its files. */
export async function measure(golden: Golden, chars: number): Promise<{ bytes: number; files: Map<string, string> }> {
  const machine = machineOn(golden.start);
  machine.chars = chars;
  let bytes = 0;
  machine.disk.plan = (operation) => {
    bytes += operation.bytes;
    return 'go';
  };
  await tryTurns(machine);
  return { bytes, files: visible(machine.disk) };
}

/** A disk of so many bytes: every call that was made has its reply in the journal, and with more room the run is finished. */
export async function roomCase(
  golden: Golden,
  capacity: number,
  chars: number,
  files: Map<string, string>,
): Promise<string[]> {
  const machine = machineOn(golden.start);
  machine.chars = chars;
  limit(machine.disk, capacity);
  const wrong = (await tryTurns(machine)).flatMap((error) => notAFault(error, 'disk-full'));
  wrong.push(...lostReplies(machine));
  machine.disk.plan = () => 'go';
  machine.disk.room = Infinity;
  machine.pid++;
  return [...wrong, ...(await finish(machine, { ...golden, files }))];
}

/** First the process dies, or a sync fails, while the machine goes on; then the power goes. */
export interface Double {
  shape: string;
  at: number;
  first: DiskFate;
  second: number;
  loss: 'none' | number;
}

/** Double troubles of a shape, over all its operations. */
export function* doublesOf(shape: string, operations: number): Generator<Double> {
  for (let at = 1; at <= operations; at++)
    for (const first of ['crash-before', 'crash-torn', 'crash-after', 'io', 'full-torn'] as const)
      for (const second of [2, 5, 9, 14, 20, 28, 40, 60])
        for (const loss of ['none', at] as const) yield { shape, at, first, second, loss };
}

export async function doubleCase(one: Double, golden: Golden, differ: boolean): Promise<string[]> {
  const machine = machineOn(golden.start, differ);
  try {
    await until(machine, one.at, one.first);
    machine.disk = machine.disk.afterKill();
    setClock(machine);
    machine.pid++;
    await until(machine, one.second, 'crash-after');
    const random = typeof one.loss === 'number' ? seeded(one.loss) : null;
    machine.disk = machine.disk.afterCrash(() => random !== null && random() < 0.5);
    setClock(machine);
    machine.pid++;
    machine.boot = `boot-${machine.pid}`;
    const engine = await runTo(machine, TURNS);
    return brokenPromises(machine, engine, differ ? null : golden.files);
  } catch (error) {
    return [`recovery failed: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function until(machine: Machine, at: number, fate: DiskFate): Promise<void> {
  machine.disk.plan = ({ index }) => (index === at ? fate : 'go');
  for (const error of await tryTurns(machine))
    if (!(error instanceof Crash) && !(error instanceof FaultError)) throw error;
}
