/** Runs the command line in this process: streams, signals and exit. */
import { printFault } from '../../schema/fault.ts';
import { type Load, runCli } from './cli.ts';
import { exitOf, faultsOf } from './faults.ts';
import type { Catalogue } from './program.ts';
import { safeLine } from './terminal/safe.ts';
import type { ProcessIo } from './world.ts';

/** Runs the command line of this process and ends it with its exit code. */
export async function runProcess(catalogue: Catalogue, load: Load): Promise<never> {
  const stop = new AbortController();
  const closed = endQuietlyWhenClosed(stop);
  const interrupt = stopper(stop);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupt.now);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, endUnexpectedly);
  const exit = await runCli(catalogue, load, terminalOf(stop.signal, interrupt), process.argv.slice(2));
  await flushed();
  process.exit(closed.stdout ? 0 : exit);
}

/** Waits until what was written to a pipe has left this process. */
async function flushed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((written) => stream.write('', () => written()));
}

function terminalOf(signal: AbortSignal, { asked, now }: Interrupt): ProcessIo {
  const { env, stdin, stdout, stderr } = process;
  const isScreen = stdout.isTTY && env.TERM !== 'dumb';
  return {
    ...(isScreen && { screen: stdout }),
    ...(isScreen && stdin.isTTY && { keyboard: { stdin, stdout, interrupt: now } }),
    interrupted: asked,
    cwd: process.cwd(),
    env,
    interactive: stdout.isTTY && stderr.isTTY && !env.NO_COLOR && env.TERM !== 'dumb',
    stdin: () => process.stdin,
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    signal,
  };
}

interface Interrupt {
  /** Aborted at the first request to stop. */
  asked: AbortSignal;
  now(): void;
}

/** The first request asks the command to finish, the second ends the process. */
function stopper(stop: AbortController): Interrupt {
  const asked = new AbortController();
  const now = () => {
    if (asked.signal.aborted) process.exit(130);
    asked.abort();
    stop.abort();
  };
  return { asked: asked.signal, now };
}

/** When the reader of the output has gone (`lemming logs -f | head`), asks the command to stop, without a message. */
function endQuietlyWhenClosed(stop: AbortController): { stdout: boolean } {
  const closed = { stdout: false };
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed.stdout = true;
    stop.abort();
  });
  process.stderr.on('error', () => {});
  return closed;
}

function endUnexpectedly(error: unknown): void {
  const faults = faultsOf(error);
  for (const fault of faults) process.stderr.write(`${safeLine(printFault(fault))}\n`);
  if (process.argv.includes('--debug') && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  void flushed().then(() => process.exit(exitOf(faults)));
}
