/** Makes the world that the command line gives to a command. */
import type { Outcome } from '../../commands/command.ts';
import type { Typing, World } from '../../commands/world.ts';
import { realMachine } from '../../engine/machine.ts';
import type { House } from './cli.ts';
import { wantsColour } from './terminal/colour.ts';
import type { Keyboard } from './terminal/keyboard.ts';
import { safeJson } from './terminal/safe.ts';
import { OutputScreen } from './terminal/screen.ts';

/** What the process gives to the command line: streams, environment, interruption. Tests give their own. */
export interface ProcessIo {
  cwd: string;
  env: Record<string, string | undefined>;
  /** A person reads the output. */
  interactive: boolean;
  /** The terminal to which the output goes, if any. */
  screen?: { columns: number; rows: number };
  /** The terminal at which a person types, if any. */
  keyboard?: Omit<Keyboard, 'signal'>;
  stdin(): NodeJS.ReadableStream;
  out(text: string): void;
  err(text: string): void;
  signal: AbortSignal;
  /** Aborted when a person or the system asks to stop. */
  interrupted?: AbortSignal;
}

/** The options that decide how output looks. */
export interface OutputOptions {
  json?: boolean;
  plain?: boolean;
}

const NO_SCREEN = { columns: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY };

/** The size of the terminal; some report 0 when they do not know it. */
function sizeOf({ columns, rows }: { columns: number; rows: number }): { columns: number; rows: number } {
  return { columns: columns || 80, rows: rows || 24 };
}

/** What a command writes to. */
export function makeScreen(terminal: ProcessIo, { json = false, plain = false }: OutputOptions): OutputScreen {
  const { env, interactive, out, err } = terminal;
  const screen = new OutputScreen({
    size: () => (plain || !terminal.screen ? NO_SCREEN : sizeOf(terminal.screen)),
    colour: wantsColour({ env, isTerminal: interactive, plain: plain || json }),
    redraws: interactive && !plain && !json,
    ticks: () => realMachine.clock.ticks(),
    out: (text) => out(text),
    err: (text) => err(text),
  });
  terminal.interrupted?.addEventListener('abort', () =>
    screen.say('Finishing the current work. Ctrl-C again stops at once.'),
  );
  return screen;
}

/** The world that the command line makes for a command. */
export function makeWorld(
  house: House,
  screen: OutputScreen,
  root: string,
  { json = false, plain = false }: OutputOptions,
): World {
  const { terminal } = house;
  const { cwd, env, signal, keyboard } = terminal;
  const types = keyboard && !plain && !json;
  const world: World = {
    machine: realMachine,
    root,
    cwd,
    env,
    json,
    interactive: terminal.interactive && !plain && !json,
    say: (line) => screen.say(line),
    print: (line) => (json ? screen.raw(safeJson(line)) : screen.print(line)),
    sketch: (text) => screen.sketch(text),
    stdin: () => readAll(terminal),
    lines: (typing) => (types && typing ? typeLines({ ...keyboard, signal }, screen, typing) : readLines(terminal)),
    within: async () => (await import('./within.ts')).linesWithin(world, house),
    edit: async (text, file) => (await import('../tui/editor.ts')).compose(env, text, file),
    serve: async (...wish) => (await import('../mcp/serve.ts')).serve(world, ...wish, house),
    signal,
  };
  if (types) world.screen = (wish) => openScreen(world, wish, house);
  return world;
}

/** Opens the screen; drawing code is loaded only now. */
async function openScreen(world: World, wish: { run: boolean }, house: House): Promise<Outcome> {
  return (await import('../tui/open.ts')).openScreen(world, wish, house);
}

async function readAll(terminal: ProcessIo): Promise<string> {
  const [{ text }, { addAbortSignal }] = await Promise.all([import('node:stream/consumers'), import('node:stream')]);
  const stdin = terminal.stdin();
  addAbortSignal(terminal.signal, stdin as NodeJS.ReadStream);
  return text(stdin);
}

async function* readLines(terminal: ProcessIo): AsyncGenerator<string> {
  const { createInterface } = await import('node:readline');
  const input = terminal.stdin();
  yield* createInterface({ input, signal: terminal.signal, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
}

async function* typeLines(keyboard: Keyboard, screen: OutputScreen, typing: Typing): AsyncGenerator<string> {
  const { typedLines } = await import('./terminal/keyboard.ts');
  yield* typedLines(keyboard, screen, typing);
}
