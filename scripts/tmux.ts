import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds that a program may take to show something on a slow machine that has much else to do; less than a test may take. */
const PATIENCE_MS = 40_000;
/** Milliseconds after a key: an Escape and a letter that come together are another key. */
const PAUSE_MS = 60;

/** What runs in a terminal, and where. */
export interface TmuxWish {
  /** A line for the shell; the terminal goes away with it. */
  command: string;
  columns: number;
  rows: number;
  cwd: string;
  /** All variables there are, but for TERM. */
  env: Record<string, string>;
}

/** A real terminal, that of tmux: typed at and looked at from outside. */
export class Tmux {
  private readonly socket = `lemming-${process.pid}-${randomBytes(4).toString('hex')}`;

  constructor({ command, columns, rows, cwd, env }: TmuxWish) {
    const settings = Object.entries({ TERM: 'screen-256color', ...env }).map(([name, value]) => `${name}=${value}`);
    const line = ['exec', 'env', '-i', ...settings, 'sh', '-c', command].map(quoted).join(' ');
    const size = ['-x', String(columns), '-y', String(rows)];
    this.tmux('-f', '/dev/null', 'new-session', '-d', ...size, '-c', cwd, line);
  }

  private tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.socket, ...args], { encoding: 'utf8', env: { ...process.env, TMUX: '' } });
  }

  private capture(...more: string[]): string {
    return this.tmux('capture-pane', '-p', ...more);
  }

  /** Keys by their names in tmux: `Enter`, `Escape`, `C-c`, or characters. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.tmux('send-keys', key);
      await wait(PAUSE_MS);
    }
  }

  /** A text, as it is. */
  async type(text: string): Promise<void> {
    this.tmux('send-keys', '-l', text);
    await wait(PAUSE_MS);
  }

  /** Pastes as a terminal does, with its brackets when the program asked for them. */
  async paste(text: string): Promise<void> {
    this.tmux('set-buffer', text);
    this.tmux('paste-buffer', '-p');
    await wait(PAUSE_MS);
  }

  /** The rows of the terminal, without blanks at their ends. */
  rows(): string[] {
    return this.capture().split('\n').slice(0, -1);
  }

  /** What stands on the screen, to its last row that is not empty. */
  screen(): string {
    return this.capture().trimEnd();
  }

  /** The same with the control sequences of colours. */
  coloured(): string {
    return this.capture('-e').trimEnd();
  }

  /** Everything that was ever on it and scrolled away, and the screen. */
  all(): string {
    return this.capture('-S', '-').trimEnd();
  }

  /** Waits until the screen fits, and gives it. */
  async shows(what: string | RegExp | ((screen: string) => boolean), ms = PATIENCE_MS): Promise<string> {
    const end = performance.now() + ms;
    for (;;) {
      const screen = this.screen();
      if (fits(screen, what)) return screen;
      if (performance.now() > end) throw new Error(`The screen does not show ${what}:\n${screen}`);
      await wait(PAUSE_MS);
    }
  }

  resize(columns: number, rows: number): void {
    this.tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** Of the terminal: `alternate_on`, `cursor_flag` and the like. */
  flag(name: string): string {
    return this.tmux('display-message', '-p', `#{${name}}`).trim();
  }

  /** The program that the shell has started. */
  program(): number {
    return Number(execFileSync('pgrep', ['-P', this.flag('pane_pid')], { encoding: 'utf8' }).trim());
  }

  /** Ends the terminal and all that runs in it. */
  end(): void {
    this.tmux('kill-server');
  }
}

function fits(screen: string, what: string | RegExp | ((screen: string) => boolean)): boolean {
  if (typeof what === 'string') return screen.includes(what);
  return what instanceof RegExp ? what.test(screen) : what(screen);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
