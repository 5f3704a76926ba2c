import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import * as archiveCommand from '../../../src/commands/keep/archive.ts';
import * as replayCommand from '../../../src/commands/time/replay.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { verifyJournal } from '../../../src/engine/journal/verify.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { checked } from '../checked.ts';
import { ask } from '../relay.ts';
import { faultsOf, inputOf, testWorld } from '../world.ts';
import { BUSY, busyOrg, request, turns, visible } from './org.ts';

const run = checked(archiveCommand);
const replay = checked(replayCommand);

const archive = async (root: string, flags: Record<string, number> = {}) =>
  (await run(testWorld(root), inputOf({ flags }))).data as { archived: number; paths: string[] };
const outboxes = (root: string) => Object.keys(visible(root)).filter((path) => path.includes('/outbox/'));

async function isWhole(root: string): Promise<void> {
  expect(verifyJournal(realDisk(root)).faults).toEqual([]);
  expect((await replay(testWorld(root), inputOf({ flags: { recompute: true } }))).data).toMatchObject({
    identical: true,
    edited: [],
  });
}

describe('archive', () => {
  it('moves delivered mail with its attachments and loses nothing; the journal knows', async () => {
    const root = await busyOrg();
    request(root, { ask: 'read', ids: ['000001-c-01', '000003-a-01'] });
    const before = visible(root);
    const { archived, paths } = await archive(root);
    expect(archived).toBe(Object.keys(before).filter((path) => path.includes('/outbox/')).length);
    expect(paths).toContain('agents/a/outbox/archive/0000/000001-01.files/plan.txt');
    const unfolded = Object.fromEntries(
      Object.entries(visible(root)).map(([path, bytes]) => [path.replace('/archive/0000/', '/'), bytes]),
    );
    expect(unfolded).toEqual(before);
    await isWhole(root);
    await turns(root, 1);
    await isWhole(root);
    expect(await archive(root)).toEqual({ archived: 0, paths: [] });
  });

  it('leaves what somebody still waits for, with its attachments, and what is younger than asked', async () => {
    const root = await busyOrg();
    request(root, { ask: 'pause', agent: 'b' });
    ask(root, 'a', 'Another question.', 'another');
    await turns(root, 1);
    await archive(root);
    const left = outboxes(root).filter((path) => !path.includes('/archive/'));
    expect(left.map((path) => path.replace(/^agents\/(\w+)\/outbox\/(\d+-\d+).*/, '$1 $2'))).toEqual([
      'a 000003-01',
      'a 000005-01',
      'a 000005-01',
      'c 000001-01',
    ]);
    request(root, { ask: 'resume', agent: 'b' });
    await turns(root, 2);
    await isWhole(root);
    const young = await busyOrg();
    request(young, { ask: 'read', ids: ['000001-c-01', '000003-a-01'] });
    expect((await archive(young, { 'older-than': 2 })).paths.every((path) => /\/00000[12]-/.test(path))).toBe(true);
    expect(outboxes(young)).toContain(
      'agents/a/outbox/000003-01-human-b-says-it-is-done.md'.replace('b-says', 'b-says'),
    );
  });

  it('leaves what a dead letter speaks of, so that it can be revived', async () => {
    const root = await busyOrg({
      ...BUSY,
      org: { limits: { max_attempts: 1 } },
      rules: [{ when: { agent: 'a' }, reply: { error: 'malformed' } }],
    });
    expect(Object.keys(visible(root)).some((path) => path.startsWith('org/dead-letter/'))).toBe(true);
    await archive(root);
    expect(outboxes(root).some((path) => path.startsWith('agents/human/outbox/000001-01-a'))).toBe(true);
    await isWhole(root);
  });

  it('refuses while an engine runs', async () => {
    const root = await busyOrg();
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async () => {
      expect(await faultsOf(archive(root))).toEqual(['locked']);
    });
  });
});
