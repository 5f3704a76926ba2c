// @module-tag bwrap
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { buildOrg } from '../../../src/testing/build-org.ts';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const LEMMING = [process.execPath, MAIN];

/** An organisation in which the human has written to an agent. */
function office(): string {
  const root = mkdtempSync(join(tmpdir(), 'short-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const edges = { human: ['a'], a: ['human'] };
  buildOrg(realDisk(root), { edges, rules: [{ when: { agent: 'a' }, reply: { text: 'Hello.' } }] });
  return root;
}

function lemming(before: readonly string[], root: string, ...words: string[]) {
  return start([...before, ...LEMMING], root, ...words);
}

function start([program = '', ...rest]: readonly string[], root: string, ...words: string[]) {
  const argv = [...rest, '--org', root, ...words];
  const env = { PATH: process.env.PATH, HOME: root, XDG_CONFIG_HOME: join(root, '.config') };
  return spawnSync(program, argv, { encoding: 'utf8', cwd: tmpdir(), env, timeout: 60_000 });
}

describe('a process on a disk that is read-only', () => {
  const mounted = (root: string): string[] => ['bwrap', '--dev-bind', '/', '/', '--ro-bind', root, root];

  it.each([
    ['run', '--turns', '1'],
    ['send', 'a', 'Hello'],
    ['top-up', 'a', '1'],
  ])('says so when it is to write: lemming %s', (...words) => {
    const root = office();
    const { status, stderr } = lemming(mounted(root), root, ...words);
    expect(status).toBe(1);
    expect(stderr).toContain('[disk-read-only] Make the disk writable, or work on a copy elsewhere');
  });

  it('reads as ever: nobody is set aside, and nothing is to be mended', () => {
    const root = office();
    const { status, stdout, stderr } = lemming(mounted(root), root, 'status', '--json');
    expect([status, stderr]).toEqual([0, '']);
    const { agents, faults } = JSON.parse(stdout);
    expect(faults).toEqual([]);
    expect(agents.map(({ name }: { name: string }) => name).sort()).toEqual(['a', 'human']);
  });

  it('still sets aside the one agent whose folder alone is', () => {
    const root = office();
    const folder = join(root, 'agents/a');
    const { stdout } = lemming(
      ['bwrap', '--dev-bind', '/', '/', '--ro-bind', folder, folder],
      root,
      'status',
      '--json',
    );
    expect(JSON.parse(stdout).faults).toMatchObject([{ file: 'agents/a' }]);
  });
});

it('a process that may open few files says how to get more, loses nothing, and the next run goes on', () => {
  const root = office();
  expect(lemming([], root, 'send', 'a', 'Hello').status).toBe(0);
  const few = ['sh', '-c', 'ulimit -n 24; exec "$0" "$@"', ...LEMMING];
  const { status, stderr } = start(few, root, 'run', '--until-idle');
  expect([status, stderr]).toEqual([1, expect.stringContaining('[no-handles] Allow more open files')]);
  const after = lemming([], root, 'run', '--until-idle', '--json');
  expect(after.status).toBe(0);
  expect(JSON.parse(after.stdout).visits).toMatchObject([{ agent: 'a', outcome: 'ok' }]);
});
