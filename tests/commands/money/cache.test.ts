import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import * as backupCommand from '../../../src/commands/keep/backup.ts';
import * as restoreCommand from '../../../src/commands/keep/restore.ts';
import * as cacheCommand from '../../../src/commands/money/cache.ts';
import { realKept } from '../../../src/disk/cache/cache-key.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { buildOrg, type OrgPlan } from '../../../src/testing/build-org.ts';
import { ownedEnv } from '../../home.ts';
import { checked, checkedLeaf } from '../checked.ts';
import { inputOf, scratch, testWorld } from '../world.ts';

const backup = checked(backupCommand);
const restore = checked(restoreCommand);

const PLAN: OrgPlan = {
  edges: { human: ['a', 'b'], a: ['human'], b: ['human'] },
  models: { default: { provider: 'scripted', price: { per_call: 0.25 }, cache: {} }, plain: { provider: 'scripted' } },
  credits: { agents: { a: { grant: 10 }, b: { grant: 10 } } },
};
const REPLIES = '.lemming/replies.json';

/** An organisation that has made its first turn, with two calls of a cached model, and the replies that another kept. */
async function org(from?: string): Promise<string> {
  const root = scratch();
  buildOrg(realDisk(root), PLAN);
  realDisk(root).create('agents/human/outbox/x.md', '---\nto: [a, b]\n---\nBegin.\n');
  if (from) {
    const replies = realKept(from, ownedEnv(from)).read('replies.json')?.bytes ?? '';
    realKept(root, ownedEnv(root)).write('replies.json', '', replies);
  }
  await withEngine({ machine: realMachine, root, env: ownedEnv(root) }, 'run', (engine) => engine.turn());
  return root;
}

const cache = async (root: string, what = 'show', args: Record<string, string> = {}) =>
  checkedLeaf(cacheCommand, `cache ${what}`)(testWorld(root), inputOf({ args }));

describe('lemming cache', () => {
  it('shows what was asked and what was given again', async () => {
    const first = await org();
    expect((await cache(first)).data).toMatchObject({ entries: 2, hits: 0, misses: 2, saved: 0 });
    const second = await org(first);
    const { data, text } = await cache(second);
    expect(data).toMatchObject({ entries: 2, hits: 2, misses: 2, saved: 0.5 });
    expect(text).toBe('2 replies kept; 2 hits, 2 misses, 0.5 credits saved.');
  });

  it('forgets by pattern', async () => {
    const root = await org();
    expect((await cache(root, 'forget', { pattern: 'default/a' })).data).toMatchObject({ forgotten: 1, entries: 1 });
    expect((await cache(root, 'forget', { pattern: 'plain' })).data).toMatchObject({ forgotten: 0, entries: 1 });
    expect((await cache(root, 'forget', { pattern: '*' })).text).toMatch(/^1 reply forgotten\.\n0 replies kept/);
  });

  it('is filled from the journal: a rerun then costs nothing', async () => {
    const root = await org();
    rmSync(join(root, REPLIES));
    expect((await cache(root, 'warm')).data).toMatchObject({ warmed: 2, entries: 2 });
    const rerun = await org(root);
    expect((await cache(rerun)).data).toMatchObject({ hits: 2, misses: 0, saved: 0.5 });
    expect((await cache(rerun, 'warm')).data).toMatchObject({ warmed: 0 });
  });

  it('outlives a restore: the same beginning is run again for nothing', async () => {
    const root = scratch();
    buildOrg(realDisk(root), PLAN);
    realDisk(root).create('agents/human/outbox/x.md', '---\nto: [a, b]\n---\nBegin.\n');
    await backup(testWorld(root), inputOf({ args: { file: 'begin.tgz' } }));
    const turn = () =>
      withEngine({ machine: realMachine, root, env: ownedEnv(root) }, 'run', (engine) => engine.turn());
    expect((await turn()).spent).toBe(500_000);
    await restore(testWorld(root), inputOf({ args: { file: 'begin.tgz' }, flags: { yes: true } }));
    expect((await turn()).spent).toBe(0);
  });

  it('says that no model has a cache, and survives a file that is none', async () => {
    const root = scratch();
    buildOrg(realDisk(root), { ...PLAN, models: { default: { provider: 'scripted' } } });
    realDisk(root).create(REPLIES, '{"version": 1, "entries": 7');
    expect((await cache(root)).text).toMatch(/^No model .* has a cache\.\n0 replies kept/);
  });
});
