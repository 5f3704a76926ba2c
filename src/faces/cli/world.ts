import type { World } from '../../commands/command.ts';
import { safeJson, safeText } from './safe.ts';

/** What the process gives the command line: streams, environment, interruption. Tests give their own. */
export interface Terminal {
  cwd: string;
  env: Record<string, string | undefined>;
  /** A person reads the output. */
  interactive: boolean;
  stdin(): NodeJS.ReadableStream;
  out(text: string): void;
  err(text: string): void;
  signal: AbortSignal;
}

/** The world that the command line makes for a command. */
export function makeWorld(terminal: Terminal, root: string, options: { json: boolean; plain: boolean }): World {
  const { cwd, env, signal } = terminal;
  return {
    root,
    cwd,
    env,
    json: options.json,
    interactive: terminal.interactive && !options.plain && !options.json,
    say: (line) => terminal.err(`${safeText(line)}\n`),
    print: (line) => terminal.out(`${options.json ? safeJson(line) : safeText(line)}\n`),
    stdin: () => readAll(terminal),
    lines: () => readLines(terminal),
    signal,
  };
}

async function readAll(terminal: Terminal): Promise<string> {
  const [{ text }, { addAbortSignal }] = await Promise.all([import('node:stream/consumers'), import('node:stream')]);
  const stdin = terminal.stdin();
  addAbortSignal(terminal.signal, stdin as NodeJS.ReadStream);
  return text(stdin);
}

async function* readLines(terminal: Terminal): AsyncGenerator<string> {
  const { createInterface } = await import('node:readline');
  const input = terminal.stdin();
  yield* createInterface({ input, signal: terminal.signal, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
}
