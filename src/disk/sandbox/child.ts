/** Runs a child process within limits, and ends everything that it started. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { Job, JobEnd, Ran } from '../../core/tools/job.ts';

/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE_MS = 500;
/** Milliseconds to wait for processes that a program left behind and that hold its output open. */
const STRAGGLERS_MS = 300;
/** How many bytes of standard error are kept, from its end. */
const STDERR_BYTES = 65_536;

/**
 * Runs a program in an empty folder of its own, which is removed afterwards, and resolves with how it ended. Nothing that it
 * started outlives it, except a process in a session of its own. Rejects with the signal's reason as soon as the signal is
 * aborted.
 */
export async function runChild(job: Job): Promise<Ran> {
  job.signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'lemming-run-'));
  const { ran, gone } = begin(job, folder);
  const swept = gone.then(() => rm(folder, { recursive: true, force: true, maxRetries: 3 })).catch(() => {});
  const result = await ran;
  if (result.end.how === 'exit' || result.end.how === 'not-started') await swept;
  return result;
}

/** Descriptors that a sandbox has besides input and output. */
export interface ExtraDescriptors {
  /** The filter of its system calls, which it reads from `FILTER_FD`. */
  filter: Uint8Array;
  /** Hears what it writes to `STATUS_FD`. */
  told?(text: string): void;
  /** Hears which process it is, before it is given the filter that it waits for. */
  begun?(pid: number): void;
}
export const FILTER_FD = 3;
export const STATUS_FD = 4;

/** Runs a program in that folder and settles when the program has really ended. */
export async function runIn(folder: string, job: Job, side?: ExtraDescriptors): Promise<Ran> {
  const { ran, gone } = begin(job, folder, side);
  try {
    return await ran;
  } finally {
    await gone;
  }
}

/** `ran` settles as soon as the end is known, `gone` when the program has really ended. */
interface Begun {
  ran: Promise<Ran>;
  gone: Promise<void>;
}

function begin(job: Job, folder: string, side?: ExtraDescriptors): Begun {
  try {
    job.signal?.throwIfAborted();
    return watch(start(job, folder, side), job);
  } catch (error) {
    const aborted = job.signal?.aborted === true;
    const ran = aborted ? Promise.reject(error) : Promise.resolve(ranOf(notStarted(error)));
    return { ran, gone: Promise.resolve() };
  }
}

/** Starts a program in a process group of its own, so that all of it can be ended. The arguments are copied. */
export function start({ argv, env }: Pick<Job, 'argv' | 'env'>, cwd: string, side?: ExtraDescriptors): ChildProcess {
  const [program = '', ...args] = argv;
  const last = side ? (side.told ? STATUS_FD : FILTER_FD) : 2;
  const stdio: ('pipe' | 'ignore' | number)[] = new Array(last + 1).fill('pipe');
  for (const { descriptor, nothing } of side ? handedOn() : []) {
    while (stdio.length <= descriptor) stdio.push('ignore');
    if (descriptor > last) stdio[descriptor] = nothing;
  }
  const child = spawn(program, args, { cwd, env: { ...env }, detached: true, stdio, windowsHide: true });
  try {
    if (side) serve(child, side);
    return child;
  } catch (error) {
    killGroup(child, 'SIGKILL');
    throw error;
  }
}

/**
 * Descriptors that this process inherited. A program would find them open as well, so it gets a descriptor of nothing in their
 * place. Those that this process opens itself close by themselves.
 */
function handedOn(): readonly { descriptor: number; nothing: number }[] {
  if (left) return left;
  const nothing = fs.openSync('/dev/null', 'a');
  left = inheritable().map((descriptor) => ({ descriptor, nothing }));
  return left;
}
let left: ReturnType<typeof handedOn> | undefined;

function inheritable(): number[] {
  const all = fs.existsSync('/proc/self/fdinfo') ? fs.readdirSync('/proc/self/fdinfo').map(Number) : [];
  return all.filter((descriptor) => {
    if (descriptor < 3) return false;
    try {
      const flags = /^flags:\s*(\d+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? '0';
      return (Number.parseInt(flags, 8) & CLOSES_BY_ITSELF) === 0;
    } catch {
      return false; // the descriptor with which the folder was read
    }
  });
}
const CLOSES_BY_ITSELF = 0o2000000;

/** A sandbox that did not start reads no filter, and says so elsewhere. */
function serve(child: ChildProcess, { filter, told, begun }: ExtraDescriptors): void {
  if (child.pid !== undefined) begun?.(child.pid);
  const door = child.stdio[FILTER_FD] as Writable;
  door.on('error', () => {});
  door.end(filter);
  child.stdio[STATUS_FD]?.on('data', (chunk: Buffer) => told?.(chunk.toString()));
}

function watch(child: ChildProcess, job: Job): Begun {
  const stdout: Buffer[] = [];
  let stderr = Buffer.alloc(0);
  let bytes = 0;
  let gone = () => {};
  const isGone = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const ran = new Promise<Ran>((resolve, reject) => {
    let stopping = false;
    let killing: NodeJS.Timeout | undefined;
    const finish = (end: JobEnd) => {
      clearTimeout(limit);
      job.signal?.removeEventListener('abort', abort);
      resolve(ranOf(end, stdout, stderr));
    };
    const stop = () => {
      if (stopping) return;
      stopping = true;
      killGroup(child, 'SIGTERM');
      killing = setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS);
      child.stdout?.destroy();
    };
    const abort = () => {
      stop();
      clearTimeout(limit);
      reject(job.signal?.reason);
    };
    const late = () => {
      stop();
      finish({ how: 'late' });
    };
    const limit = setTimeout(late, job.timeoutMs);
    job.signal?.addEventListener('abort', abort, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout.push(chunk.subarray(0, Math.max(0, job.most - bytes)));
      bytes += chunk.length;
      if (bytes > job.most) {
        stop();
        finish({ how: 'too-much' });
      }
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-STDERR_BYTES);
    });
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      finish(notStarted(error));
      gone();
    });
    child.once('exit', () => sweepUp(child, stopping));
    child.once('close', (code, signal) => {
      clearTimeout(killing);
      killGroup(child, 'SIGKILL');
      finish(code === null ? { how: 'signal', signal: signal ?? 'unknown' } : { how: 'exit', code });
      gone();
    });
  });
  remember(child);
  feed(child, job.input);
  return { ran, gone: isGone };
}

/** A program may end, or close its input, before it has read everything. */
function feed(child: ChildProcess, input: string): void {
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
}

/** Ends what a program left behind, and stops listening to processes that escaped and still hold its output open. */
function sweepUp(child: ChildProcess, now: boolean): void {
  const kill = () => killGroup(child, 'SIGKILL');
  if (now) kill();
  const killing = setTimeout(kill, STRAGGLERS_MS);
  const leaving = setTimeout(() => {
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.stdin?.destroy();
  }, 2 * STRAGGLERS_MS);
  child.once('close', () => {
    clearTimeout(killing);
    clearTimeout(leaving);
  });
}

/** Signals the program and everything that it started, where the system has process groups. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  }
}

/** Running programs. They have no terminal that would end them, so this process ends them when it exits. */
const alive = new Set<ChildProcess>();
let hooked = false;

export function remember(child: ChildProcess): void {
  if (child.pid === undefined) return;
  child.once('close', () => alive.delete(child));
  if (!hooked) process.on('exit', killAll);
  hooked = true;
  alive.add(child);
}

function killAll(): void {
  for (const child of alive) killGroup(child, 'SIGKILL');
}

function ranOf(end: JobEnd, stdout: readonly Buffer[] = [], stderr: Buffer = Buffer.alloc(0)): Ran {
  return { end, stdout: new Uint8Array(Buffer.concat(stdout)), stderr: stderr.toString() };
}

/** The system's reason: ENOENT, EACCES, or an invalid argument. */
function notStarted(error: unknown): JobEnd {
  return { how: 'not-started', reason: (error as NodeJS.ErrnoException).code ?? String(error) };
}
