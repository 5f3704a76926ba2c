/** Reads the lines that a person types at a terminal. */
import { createInterface, type Interface } from 'node:readline';
import type { Typing } from '../../../commands/world.ts';
import { meant, PASTE_OFF, PASTE_ON, pasting, shown } from './paste.ts';
import type { OutputScreen } from './screen.ts';
import { prepareForAll, widthOf } from './width.ts';

/** The terminal at which lines are typed. */
export interface Keyboard {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  /** What Ctrl-C does. */
  interrupt(): void;
  signal: AbortSignal;
}

/** Lines of earlier chat sessions that can be recalled. */
const HISTORY = 500;

/**
 * Lines as a person types them, with editing and a history, until Ctrl-D. The line being typed stays below the output; a
 * line typed early is printed where it is taken.
 */
export async function* typedLines(keyboard: Keyboard, screen: OutputScreen, typing: Typing): AsyncGenerator<string> {
  await prepareForAll();
  const typed = new Queue();
  const close = open(keyboard, screen, typing, typed);
  try {
    for (let line = await typed.next(); line !== null; line = await typed.next()) {
      screen.print(typing.prompt() + line);
      yield meant(line);
      screen.redraw();
    }
  } finally {
    close();
  }
}

/** Begins to read keys; returns a function that restores the terminal. */
function open(
  { stdin, stdout, interrupt, signal }: Keyboard,
  screen: OutputScreen,
  typing: Typing,
  typed: Queue,
): () => void {
  // Readline turns raw mode on and off, also around Ctrl-Z.
  const input = Object.assign(stdin.pipe(pasting()), { setRawMode: (raw: boolean) => stdin.setRawMode(raw) });
  const history = typing.history().slice(-HISTORY).map(shown).reverse();
  const completer = (text: string): [string[], string] => [onlyCommon(typing.complete(text)), text];
  const line = createInterface({ input, output: stdout, terminal: true, history, historySize: HISTORY, completer });
  const redraw = () => screen.redraw();
  const restore = () => void stdout.write(PASTE_OFF);
  const close = () => line.close();
  line.on('close', () => {
    screen.typeAt(null);
    stdout.off('resize', redraw);
    process.off('exit', restore);
    signal.removeEventListener('abort', close);
    restore();
    stdin.unpipe(input).pause();
    typed.end();
  });
  line.on('SIGINT', () => {
    close();
    interrupt();
  });
  line.on('SIGCONT', redraw);
  line.on('line', (text) => {
    eraseEcho(stdout, line.getPrompt() + text);
    typed.add(text);
    redraw();
  });
  stdout.on('resize', redraw);
  process.once('exit', restore);
  signal.addEventListener('abort', close, { once: true });
  stdout.write(PASTE_ON);
  screen.typeAt({ rowsAbove: () => line.getCursorPos().rows, draw: () => draw(line, typing.prompt()) });
  return close;
}

/** Draws the line again where the cursor is; the former drawing is gone already. */
function draw(line: Interface, prompt: string): void {
  Object.assign(line, { prevRows: 0 });
  line.setPrompt(prompt);
  line.prompt(true);
}

/** Removes the line that was just ended: it is printed when it is taken. */
function eraseEcho(stdout: NodeJS.WriteStream, echo: string): void {
  stdout.moveCursor(0, -1 - Math.floor(widthOf(echo) / stdout.columns));
  stdout.clearScreenDown();
}

/** Only the common beginning of candidates: a list of them would disturb what is drawn. */
function onlyCommon(found: readonly string[]): string[] {
  const [first, ...others] = found;
  if (first === undefined) return [];
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return [first.slice(0, length)];
}

/** Queues lines between the keyboard and whoever takes them. */
class Queue {
  private readonly lines: string[] = [];
  private ended = false;
  private wake = (): void => {};

  add(line: string): void {
    this.lines.push(line);
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  /** null at the end. */
  async next(): Promise<string | null> {
    while (this.lines.length === 0 && !this.ended)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    return this.lines.shift() ?? null;
  }
}
