import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOrg } from '../../../src/app/read-org.ts';
import { withEngine } from '../../../src/app/run-engine.ts';
import * as resetCommand from '../../../src/commands/keep/reset.ts';
import * as restoreCommand from '../../../src/commands/keep/restore.ts';
import * as replayCommand from '../../../src/commands/time/replay.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { verifyJournal } from '../../../src/engine/journal/verify.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { checked } from '../checked.ts';
import { ask } from '../relay.ts';
import { faultsOf, inputOf, testWorld, type WorldWish } from '../world.ts';
import { busyOrg, request, turns, visible, whole } from './org.ts';

const run = checked(resetCommand);
const restore = checked(restoreCommand);
const replay = checked(replayCommand);

interface Data {
  archive: string;
  removed: number;
  restore: string;
}

const reset = async (root: string, flags: Record<string, string | boolean>, wish: WorldWish = {}) =>
  (await run(testWorld(root, wish), inputOf({ flags }))).data as Data;
const stateOf = (root: string) => readOrg({ machine: realMachine, root, env: {} }).state;

async function isWhole(root: string): Promise<void> {
  expect(verifyJournal(realDisk(root)).faults).toEqual([]);
  expect((await replay(testWorld(root), inputOf({ flags: { recompute: true } }))).data).toMatchObject({
    identical: true,
    edited: [],
  });
}

describe('reset', () => {
  it('scenario 30: what a reset takes is archived first and comes back byte for byte', async () => {
    for (const scope of ['mail', 'memory', 'credits', 'tasks', 'all']) {
      const root = await busyOrg();
      realDisk(root).create('org/tasks/T-1-a-1.md', 'a task');
      const before = whole(root);
      const { archive } = await reset(root, { scope, yes: true });
      expect(archive).toMatch(/^backups\/reset-4-1\/org\.tgz$/);
      await restore(testWorld(root), inputOf({ args: { file: archive }, flags: { yes: true } }));
      expect(whole(root)).toEqual(before);
      await isWhole(root);
    }
  });

  it('mail: the outboxes are empty, nobody waits, the rest stays, and the org goes on', async () => {
    const root = await busyOrg();
    const before = visible(root);
    const { removed } = await reset(root, { scope: 'mail', yes: true });
    const left = visible(root);
    expect(Object.keys(left).filter((path) => /\/outbox\/|dead-letter|approvals/.test(path))).toEqual([]);
    expect(removed).toBe(Object.keys(before).length - Object.keys(left).length);
    expect(left).toMatchObject(
      Object.fromEntries(Object.entries(before).filter(([path]) => !path.includes('/outbox/'))),
    );
    expect([...stateOf(root).mail.waiting]).toEqual([]);
    expect(existsSync(join(root, 'agents/human/outbox'))).toBe(true);
    await isWhole(root);
    ask(root, 'c', 'Anew.');
    await turns(root, 2);
    expect(Object.keys(visible(root))).toContain('agents/c/outbox/000005-01-human-re-anew.md');
    await isWhole(root);
  });

  it('memory: every entry is gone, in the next prompt too', async () => {
    const root = await busyOrg();
    await reset(root, { scope: 'memory', yes: true });
    expect(Object.keys(visible(root)).filter((path) => path.includes('/memory/'))).toEqual([]);
    await isWhole(root);
    ask(root, 'a', 'Anew.');
    await turns(root, 1);
    expect([...(stateOf(root).memory.entries.get('a') ?? [])]).toEqual(['agents/a/memory/asked.md']);
    await isWhole(root);
  });

  it('credits: spending and top-ups begin anew', async () => {
    const root = await busyOrg();
    request(root, { ask: 'top-up', agent: 'a', amount: 5_000_000, note: '' });
    expect(stateOf(root).money.org.spent).toBeGreaterThan(0);
    await reset(root, { scope: 'credits', yes: true });
    expect(stateOf(root).money.org.spent).toBe(0);
    expect(stateOf(root).staff.agents.get('a')).toMatchObject({ spent: 0, granted: 0 });
    await isWhole(root);
  });

  it('asks at a terminal, refuses without an answer or a scope, and while an engine runs', async () => {
    const root = await busyOrg();
    expect(await faultsOf(reset(root, { scope: 'mail' }))).toEqual(['usage']);
    expect(await faultsOf(reset(root, { yes: true }))).toEqual(['usage']);
    expect(await faultsOf(reset(root, { scope: 'mail' }, { interactive: true, stdin: 'no\n' }))).toEqual(['usage']);
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async () => {
      expect(await faultsOf(reset(root, { scope: 'mail', yes: true }))).toEqual(['locked']);
    });
    expect(existsSync(join(root, 'backups'))).toBe(false);
    expect((await reset(root, { scope: 'mail' }, { interactive: true, stdin: 'yes\n' })).removed).toBeGreaterThan(0);
  });

  it('each reset has its own archive', async () => {
    const root = await busyOrg();
    expect((await reset(root, { scope: 'credits', yes: true })).archive).toBe('backups/reset-4-1/org.tgz');
    expect((await reset(root, { scope: 'mail', yes: true })).archive).toBe('backups/reset-4-2/org.tgz');
  });
});
