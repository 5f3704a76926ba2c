import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { programOf } from '../../program.ts';

const WAIT = fileURLToPath(new URL('programs/wait.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

/** Starts the waiting program and gives it back when it works. `ended`: when all it said was read. */
async function waiting(
  how: string,
): Promise<{ child: ChildProcess; ended: Promise<number | null>; seen: () => string }> {
  const child = spawn(process.execPath, [programOf(WAIT), 'wait', how], { stdio: ['ignore', 'pipe', 'pipe'] });
  let seen = '';
  child.stdout!.on('data', (chunk) => (seen += chunk));
  child.stderr!.on('data', (chunk) => (seen += chunk));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  if (how !== 'throw') await once(child.stdout!, 'data');
  return { child, ended, seen: () => seen };
}

describe('a process', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('lets the command finish at the first %s', async (signal) => {
    const { child, ended, seen } = await waiting('once');
    child.kill(signal);
    expect(await ended).toBe(130);
    expect(seen()).toContain('finished');
  });

  it('ends at once at the second', async () => {
    const { child, ended, seen } = await waiting('ever');
    child.kill('SIGINT');
    await once(child.stderr!, 'data');
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(seen()).not.toContain('finished');
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const { child, ended, seen } = await waiting('once');
    child.stdout!.destroy();
    expect(await ended).toBe(0);
    expect(seen().replaceAll('waiting\n', '')).toBe('');
  });

  it('tells what nobody expected in one line', async () => {
    const { ended, seen } = await waiting('throw');
    expect(await ended).toBe(1);
    expect(seen().replaceAll('waiting\n', '').trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('the built program', () => {
  beforeAll(() => {
    if (!existsSync(MAIN)) throw new Error('dist/ is missing: run npm run build first.');
  });
  const run = (...argv: string[]) => {
    const env = { PATH: process.env.PATH };
    return spawnSync(process.execPath, [MAIN, ...argv], { encoding: 'utf8', cwd: tmpdir(), env });
  };

  it('knows its version', () => expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/));
  it('helps', () => expect(run('--help')).toMatchObject({ status: 0, stderr: '' }));
  it('says how to start', () => expect(run().stdout).toContain('lemming bootstrap'));
  it('refuses what it does not know', () => expect(run('no-such-command')).toMatchObject({ status: 2, stdout: '' }));
});
