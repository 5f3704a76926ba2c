import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as exportCommand from '../../../src/commands/keep/export.ts';
import * as importCommand from '../../../src/commands/keep/import.ts';
import * as replayCommand from '../../../src/commands/time/replay.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { verifyJournal } from '../../../src/engine/journal/verify.ts';
import { checked } from '../checked.ts';
import { ask } from '../relay.ts';
import { faultsOf, filesIn, inputOf, scratch, testWorld } from '../world.ts';
import { BUSY, busyOrg, turns, visible, whole } from './org.ts';

const run = checked(exportCommand);
const importRun = checked(importCommand);
const replay = checked(replayCommand);

const exportTo = async (root: string, file: string, flags: Record<string, boolean> = {}, env = {}) =>
  (await run(testWorld(root, { env }), inputOf({ args: { file }, flags }))).data as {
    files: number;
    secrets_struck_from: string[];
  };
const importTo = async (file: string, dir: string) =>
  (await importRun(testWorld('', { cwd: scratch() }), inputOf({ args: { file, dir } }))).data as {
    org: string;
    turn: number;
    files: number;
  };
const isWhole = async (root: string) => {
  expect(verifyJournal(realDisk(root)).faults).toEqual([]);
  expect((await replay(testWorld(root), inputOf({ flags: { recompute: true } }))).data).toMatchObject({
    first_difference: null,
    identical: true,
    edited: [],
  });
};

describe('export and import', () => {
  it('scenario 30: an org goes through an archive byte for byte, and the archive is the same again', async () => {
    const root = await busyOrg();
    const folder = scratch();
    const [first, second] = [join(folder, 'one.tgz'), join(folder, 'two.tgz')];
    await exportTo(root, first);
    const { org, turn } = await importTo(first, join(folder, 'new'));
    expect(turn).toBe(4);
    expect(whole(org)).toEqual(withoutLogs(whole(root)));
    await exportTo(org, second);
    expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
    await isWhole(org);
    for (const place of [root, org]) {
      ask(place, 'a', 'Both the same?', 'both');
      await turns(place, 4);
    }
    expect(visible(org)).toEqual(visible(root));
  });

  it('leaves out logs, requests, caches and backups', async () => {
    const root = await busyOrg();
    const disk = realDisk(root);
    disk.create('agents/a/logs/more.jsonl', '{}\n');
    disk.create('org/logs/more.jsonl', '{}\n');
    disk.create('agents/human/requests/later.yaml', 'ask: pause\n');
    disk.create('backups/x.tgz', 'x');
    disk.create('other/notes.md', 'not of the org');
    const { org } = await importTo(await made(root), join(scratch(), 'new'));
    expect(Object.keys(filesIn(org)).filter((path) => /logs|requests|lemming\/|backups|other/.test(path))).toEqual([]);
    await isWhole(org);
  });

  it.each([
    { models: { default: { provider: 'scripted', script: 'org/script.yaml', key: 'env:MY_SERVICE' } } },
    { org: { ...BUSY.org, search: { backend: 'brave', key: 'env:MY_SERVICE' } } },
  ])('strikes known secrets out, in the journal too, and the journal still verifies: %j', async (named) => {
    const secret = 'sk-canary-4711-abcdef';
    const root = await busyOrg({ ...BUSY, ...named });
    ask(root, 'a', `The key is ${secret}, keep it.`, 'leak');
    ask(root, 'c', `${'A very long first line. '.repeat(3)}${secret} stands where the subject is cut.`, 'cut');
    await turns(root, 3);
    const file = join(scratch(), 'clean.tgz');
    const { secrets_struck_from } = await exportTo(
      root,
      file,
      {},
      { MY_SERVICE: secret, OTHER_TOKEN: Buffer.from('unused-anywhere').toString('base64') },
    );
    expect(secrets_struck_from).toContain('org/journal/000005.jsonl');
    const { org } = await importTo(file, join(scratch(), 'new'));
    expect(Object.entries(filesIn(org)).filter((file) => file.join().includes('canary'))).toEqual([]);
    expect(Object.entries(filesIn(root)).some(([, bytes]) => bytes.includes('canary'))).toBe(true);
    await isWhole(org);
    await turns(org, 1);
    await isWhole(org);
    const again = join(scratch(), 'again.tgz');
    await exportTo(org, again, {}, { MY_SERVICE: secret });
    const third = await importTo(again, join(scratch(), 'third'));
    await isWhole(third.org);
  });

  it('--without-journal makes a template that begins at turn 0', async () => {
    const root = await busyOrg();
    const { org, turn } = await importTo(await made(root, { 'without-journal': true }), join(scratch(), 'new'));
    expect(turn).toBe(0);
    expect(Object.keys(filesIn(org)).filter((path) => /journal|outbox|dead-letter|approvals/.test(path))).toEqual([]);
    expect(existsSync(join(org, 'agents/a/memory/asked.md'))).toBe(true);
    ask(org, 'c', 'Hello.');
    await turns(org, 1);
    await isWhole(org);
  });

  it('refuses a folder or a file that is there, and leaves nothing behind', async () => {
    const root = await busyOrg();
    const file = await made(root);
    expect(await faultsOf(exportTo(root, file))).toEqual(['usage']);
    const folder = scratch();
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    expect(await faultsOf(importTo(file, folder))).toEqual(['usage']);
    expect(await faultsOf(importTo(file, join(folder, 'mine.txt')))).toEqual(['usage']);
    writeFileSync(join(folder, 'bad.tgz'), 'bad');
    expect(await faultsOf(importTo(join(folder, 'bad.tgz'), join(folder, 'new')))).toEqual(['invalid-value']);
    expect(Object.keys(filesIn(folder)).sort()).toEqual(['bad.tgz', 'mine.txt']);
    mkdirSync(join(folder, 'empty'));
    expect((await importTo(file, join(folder, 'empty'))).files).toBeGreaterThan(10);
  });
});

const withoutLogs = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes('/logs/')));

async function made(root: string, flags: Record<string, boolean> = {}): Promise<string> {
  const file = join(scratch(), 'made.tgz');
  await exportTo(root, file, flags);
  return file;
}
