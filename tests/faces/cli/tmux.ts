import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { scratch } from '../../commands/world.ts';

const MAIN = fileURLToPath(new URL('../../../dist/faces/cli/main.js', import.meta.url));

export interface TerminalWish {
  columns?: number;
  rows?: number;
  cwd?: string;
  env?: Record<string, string>;
}

/** A real terminal in which a program runs. `lemming` in its PATH is what `npm run build` made. */
export interface RealTerminal {
  /** Types keys by their tmux names, such as `Enter` or `C-c`. */
  keys(...keys: string[]): void;
  /** Types text as it is. */
  type(text: string): void;
  /** What stands on the screen, without blanks at the ends of lines. */
  screen(): string;
  /** The same with the control sequences of colours. */
  coloured(): string;
  /** Everything that was ever on it and scrolled away, and the screen. */
  all(): string;
  /** Waits until the screen fits, and gives it. */
  until(fits: string | RegExp | ((screen: string) => boolean)): Promise<string>;
  resize(columns: number, rows: number): void;
  /** Pastes as a terminal does, with its brackets when the program asked for them. */
  paste(text: string): void;
}

/** Milliseconds that a program may take to show something on a slow machine. */
const PATIENCE_MS = 30_000;

/** A folder for PATH that holds `lemming`. */
export function binFolder(): string {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run npm run build first.');
  const folder = join(scratch(), 'bin');
  mkdirSync(folder);
  writeFileSync(join(folder, 'lemming'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(join(folder, 'lemming'), 0o755);
  return folder;
}

/** Starts a shell command in a terminal of its own, which goes away with the test. */
export function terminal(command: string, wish: TerminalWish = {}): RealTerminal {
  const { columns = 80, rows = 24, cwd = scratch(), env = {} } = wish;
  const socket = `lemming-test-${process.pid}-${randomBytes(4).toString('hex')}`;
  const tmux = (...args: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' });
    if (error || status !== 0) throw error ?? new Error(`tmux ${args[0]}: ${stderr}`);
    return stdout;
  };
  const variables = { PATH: `${binFolder()}:${process.env.PATH}`, LC_ALL: 'C.UTF-8', HOME: cwd, ...env };
  const set = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'; `);
  const size = ['-x', String(columns), '-y', String(rows)];
  const config = ['-f', '/dev/null', 'new-session', '-d'];
  tmux(...config, ...size, '-c', cwd, '-s', 't', `${set.join('')}${command}; exec sleep 1000`);
  onTestFinished(() => void tmux('kill-server'));
  const capture = (...more: string[]) => tmux('capture-pane', '-p', '-t', 't', ...more).trimEnd();
  return {
    keys: (...keys) => void tmux('send-keys', '-t', 't', ...keys),
    type: (text) => void tmux('send-keys', '-t', 't', '-l', text),
    screen: () => capture(),
    coloured: () => capture('-e'),
    all: () => capture('-S', '-'),
    resize: (x, y) => void tmux('resize-window', '-t', 't', '-x', String(x), '-y', String(y)),
    paste: (text) => {
      tmux('set-buffer', text);
      tmux('paste-buffer', '-p', '-t', 't');
    },
    async until(fits) {
      const ends = Date.now() + PATIENCE_MS;
      for (;;) {
        const shown = capture();
        const found =
          typeof fits === 'string' ? shown.includes(fits) : fits instanceof RegExp ? fits.test(shown) : fits(shown);
        if (found) return shown;
        if (Date.now() > ends) throw new Error(`The screen never showed ${String(fits)}:\n${shown}`);
        await wait(50);
      }
    },
  };
}
