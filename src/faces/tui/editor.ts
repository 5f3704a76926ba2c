/** Opens the person's editor. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { realClock } from '../../disk/fs/clock.ts';
import { realDisk } from '../../disk/fs/real.ts';
import type { Env } from '../../schema/env.ts';
import { failure } from '../../schema/fault.ts';

/** Editors that open a file at a line with `+N`. */
const TAKES_LINE = ['vi', 'vim', 'nvim', 'view', 'nano', 'emacs', 'emacsclient', 'joe', 'micro', 'kak', 'hx'];

/** Runs the person's editor on the file, until it ends. `file`: absolute. Throws `usage` when it cannot be started. */
export async function edit(env: Env, file: string, line?: number): Promise<void> {
  const [program = 'vi', ...words] = (env.VISUAL || env.EDITOR || 'vi').split(/\s+/).filter(Boolean);
  const place = line !== undefined && TAKES_LINE.includes(basename(program)) ? [`+${line}`] : [];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, [...words, ...place, file], { stdio: 'inherit', env: { ...env } });
    child.on('error', () =>
      reject(
        failure('usage', `The editor ${JSON.stringify(program)} cannot be started`, {
          remedy: 'Set EDITOR to a program that is installed.',
        }),
      ),
    );
    child.on('exit', () => resolve());
  });
}

/** Lets the person write a text in their editor; returns what they saved. `file`: its name, by which editors know its language. */
export async function compose(env: Env, text: string, file = 'message.md'): Promise<string> {
  const folder = join(tmpdir(), `lemming-${realClock.token()}`);
  const disk = realDisk(folder);
  disk.mkdir('');
  disk.create(file, text);
  try {
    await edit(env, join(folder, file));
    return Buffer.from(disk.read(file) ?? new Uint8Array())
      .toString()
      .trimEnd();
  } finally {
    disk.unlink(file);
    disk.rmdir('');
  }
}
