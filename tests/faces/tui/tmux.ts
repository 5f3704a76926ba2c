import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';

let servers = 0;

/** A shell in a real terminal, that of tmux: typed at and looked at from outside. */
export class Tmux {
  private readonly socket = `lemming-test-${process.pid}-${servers++}`;

  constructor(columns: number, rows: number, env: Record<string, string>) {
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const shell = ['env', '-i', `PATH=${process.env.PATH}`, 'PS1=ready$ ', ...settings, 'sh']
      .map((word) => `'${word}'`)
      .join(' ');
    this.tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), shell);
    onTestFinished(() => void this.tmux('kill-server'));
  }

  private tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.socket, ...args], { encoding: 'utf8', env: { ...process.env, TMUX: '' } });
  }

  /** Keys by their names in tmux: `Enter`, `Escape`, `C-c`, or characters. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.tmux('send-keys', key);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }

  /** A text, as it is. */
  async type(text: string): Promise<void> {
    this.tmux('send-keys', '-l', text);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }

  /** The rows of the terminal. */
  rows(): string[] {
    return this.tmux('capture-pane', '-p').split('\n').slice(0, -1);
  }

  /** Waits until the screen shows it. */
  async shows(what: string | RegExp, ms = 30_000): Promise<string> {
    const end = performance.now() + ms;
    for (;;) {
      const text = this.rows().join('\n');
      if (typeof what === 'string' ? text.includes(what) : what.test(text)) return text;
      if (performance.now() > end) throw new Error(`The screen does not show ${what}:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
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
    const shell = Number(this.flag('pane_pid'));
    return Number(execFileSync('pgrep', ['-P', String(shell)], { encoding: 'utf8' }).trim());
  }
}
