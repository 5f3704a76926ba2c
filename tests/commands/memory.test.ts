import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { commandFiles } from '../../scripts/commands.ts';
import { codeIn, leavesOf } from '../../src/commands/leaves.ts';
import { packageFolder } from '../../src/commands/templates.ts';
import { NOTHING_KEPT } from '../../src/disk/cache/kept.ts';
import { machineOwner } from '../../src/disk/owner/owner.ts';
import { type Machine, realMachine } from '../../src/engine/machine.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { MemoryDisk } from '../../src/testing/memory-disk.ts';
import { inputOf, testWorld } from './world.ts';

/** Where the organisation would lie; the folder stays empty. */
const root = mkdtempSync(join(tmpdir(), 'lemming-memory-'));
afterAll(() => rmSync(root, { recursive: true }));

const files = await commandFiles();
const memory = new MemoryDisk();
const time = new FakeClock();
memory.now = () => time.now();
const disk = withOwnMethods(memory);
const clock = withOwnMethods(time);

/** The same as an object that can be copied with another method, as a real disk and clock can. */
function withOwnMethods<T extends object>(port: T): T {
  const methods = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(port)))
    .filter(([, { value }]) => typeof value === 'function')
    .map(([name, { value }]) => [name, value.bind(port)]);
  return Object.fromEntries(methods);
}

const owner = machineOwner({});

/** A machine whose only folder is in memory; the package is where it is. */
const machine: Machine = {
  disk: (folder) => (folder === root ? disk : realMachine.disk(folder)),
  host: () => ({ pid: 7, boot: 'first', name: 'memory', startOf: () => null, place: 'memory' }),
  kept: () => NOTHING_KEPT,
  clock,
  owners: { get: () => owner, set: () => {} },
};

/** Calls a leaf as a face does. */
async function call(name: string, given: Parameters<typeof inputOf>[0] = {}) {
  const file = files.find(({ command }) => leavesOf(command).some((leaf) => leaf.name === name));
  const world = { ...testWorld(root), machine };
  return codeIn(file as (typeof files)[number], name).run(world, inputOf(given));
}

it('an organisation is made, run and read in memory: commands touch nothing but their world', async () => {
  expect(packageFolder()).not.toBe(root);
  await call('bootstrap', { args: { dir: root }, flags: { simulated: true } });
  await call('send', { args: { agent: 'manager' }, rest: ['Hello'] });
  expect((await call('run-once')).text).toContain('1 turn, 1 visit');
  for (const name of ['status', 'inbox', 'costs', 'chart', 'validate', 'verify', 'audit', 'logs', 'agent list'])
    expect((await call(name)).exit ?? 0, name).toBe(0);
  await call('pause', { args: { agent: 'manager' } });
  expect((await call('status')).data).toMatchObject({ turn: 1 });
  await call('undo', { args: { id: '000001-human-02' } });
  await call('run', { flags: { turns: 2 } });
  expect((await call('replay')).exit ?? 0).toBe(0);
  expect(disk.list('agents')).toContain('manager');
  expect(readdirSync(root)).toEqual([]);
});
