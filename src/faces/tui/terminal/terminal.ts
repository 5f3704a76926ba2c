/** Takes over a whole terminal and draws frames on it. */
import { EventEmitter } from 'node:events';
import type { ReadStream, WriteStream } from 'node:tty';
import { keysIn, type Pressed } from './keys.ts';
import { PAGE } from './rows.ts';

/** Alternate buffer, no cursor, bracketed paste; and back. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[2J';
const LEAVE = '\x1b[?2004l\x1b[?25h\x1b[?1049l';
/** Marks of a synchronised update: a terminal that knows them shows everything between them at once. */
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

/** A full-screen terminal: lines go to their place, and only those that changed. */
export class Terminal {
  /** Counts the frames that were drawn. */
  drawn = 0;
  private readonly stdin: ReadStream;
  private readonly stdout: WriteStream;
  private shown: string[] = [];
  private entered = false;
  private readonly onData: (chunk: string) => void;
  private readonly onResize: () => void;

  constructor(stdin: ReadStream, stdout: WriteStream, pressed: (key: Pressed) => void, resized: () => void) {
    this.stdin = stdin;
    this.stdout = stdout;
    this.onData = (chunk) => {
      for (const key of keysIn(chunk)) pressed(key);
    };
    this.onResize = () => {
      this.shown = [];
      stdout.write('\x1b[2J');
      resized();
    };
  }

  get columns(): number {
    return this.stdout.columns || 80;
  }

  get rows(): number {
    return this.stdout.rows || 24;
  }

  enter(): void {
    if (this.entered) return;
    this.entered = true;
    this.shown = [];
    this.stdin.setEncoding('utf8');
    this.stdin.setRawMode(true);
    this.stdin.on('data', this.onData);
    this.stdin.resume();
    this.stdout.on('resize', this.onResize);
    this.stdout.write(ENTER);
  }

  /** Restores the terminal. Does nothing when it is restored already. */
  leave(): void {
    if (!this.entered) return;
    this.entered = false;
    this.stdout.off('resize', this.onResize);
    this.stdin.off('data', this.onData);
    this.stdin.pause();
    this.stdin.setRawMode(false);
    this.stdout.write(LEAVE);
  }

  /** Draws a frame of at most as many lines as there are rows. */
  draw(frame: string): void {
    if (!this.entered) return;
    const lines = frame.split('\n').slice(0, this.rows);
    const changes = lines.flatMap((line, y) =>
      line === this.shown[y] ? [] : [`\x1b[${y + 1};1H\x1b[2K${line}\x1b[0m`],
    );
    for (let y = lines.length; y < this.shown.length; y++) changes.push(`\x1b[${y + 1};1H\x1b[2K`);
    this.shown = lines;
    if (changes.length === 0) return;
    this.drawn++;
    this.stdout.write(`${BEGIN}${changes.join('')}${END}`);
  }
}

/** The streams for ink: its frames go to the function, and it gets no keys. */
export function inkStreams(size: { rows: number }, frame: (text: string) => void) {
  const stdout = Object.assign(new EventEmitter(), {
    isTTY: true,
    columns: PAGE,
    rows: size.rows,
    write: (text: string) => {
      if (!text.startsWith('\x1b')) frame(text); // ink shows and hides the cursor by itself
      return true;
    },
  });
  const stdin = Object.assign(new EventEmitter(), { isTTY: false });
  return {
    stdout: stdout as unknown as NodeJS.WriteStream & typeof stdout,
    stdin: stdin as unknown as NodeJS.ReadStream,
  };
}
