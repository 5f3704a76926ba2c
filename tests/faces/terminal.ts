import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { Tmux, type TmuxWish } from '../../scripts/tmux.ts';
import { scratch } from '../commands/world.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A folder for PATH that holds `lemming`, as `npm run build` made it. */
export function binFolder(): string {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run npm run build first.');
  const folder = join(scratch(), 'bin');
  mkdirSync(folder);
  writeFileSync(join(folder, 'lemming'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(join(folder, 'lemming'), 0o755);
  return folder;
}

/** Starts a shell command in a terminal of its own, which stays when the command has ended and goes away with the test. */
export function openTerminal(command: string, wish: Partial<Omit<TmuxWish, 'command'>> = {}): Tmux {
  const { columns = 80, rows = 24, cwd = scratch(), env = {} } = wish;
  const variables = { PATH: `${binFolder()}:${process.env.PATH}`, LC_ALL: 'C.UTF-8', HOME: cwd, ...env };
  const lasting = `trap : INT; ${command}; exec sleep 1000`; // Ctrl-C is for the command, not for this shell
  const shown = new Tmux({ command: lasting, columns, rows, cwd, env: variables });
  onTestFinished(() => shown.end());
  return shown;
}
