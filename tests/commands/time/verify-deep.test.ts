import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as backupCommand from '../../../src/commands/keep/backup.ts';
import * as restoreCommand from '../../../src/commands/keep/restore.ts';
import * as costsCommand from '../../../src/commands/look/costs.ts';
import * as searchCommand from '../../../src/commands/look/search.ts';
import * as statusCommand from '../../../src/commands/look/status.ts';
import * as redactCommand from '../../../src/commands/time/redact.ts';
import * as verifyCommand from '../../../src/commands/time/verify.ts';
import { realKept } from '../../../src/disk/cache/cache-key.ts';
import { KEPT_NAMES, type KeptFile } from '../../../src/disk/cache/kept.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { keepVectors } from '../../../src/disk/search/kept-vectors.ts';
import { load } from '../../../src/engine/journal/load.ts';
import type { Fault } from '../../../src/schema/fault.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { ownedEnv } from '../../home.ts';
import { checked } from '../checked.ts';
import { BUSY, busyOrg, reseal, turns } from '../keep/org.ts';
import { lemming } from '../people/world.ts';
import { ask } from '../relay.ts';
import { inputOf, testWorld } from '../world.ts';

const backup = checked(backupCommand);
const restore = checked(restoreCommand);
const costs = checked(costsCommand);
const search = checked(searchCommand);
const status = checked(statusCommand);
const redact = checked(redactCommand);
const run = checked(verifyCommand);

const PLAN: OrgPlan = {
  ...BUSY,
  models: { default: { provider: 'scripted', script: 'org/script.yaml', price: { per_call: 0.01 }, cache: {} } },
};

const keptOf = (root: string) => realKept(root, ownedEnv(root));
const textOf = (root: string, name: string) => keptOf(root).read(name)?.bytes.toString('latin1') as string;

async function deep(root: string): Promise<{ faults: Fault[]; exit: number | undefined; text: string }> {
  const { data, exit, text } = await run(testWorld(root), inputOf({ flags: { deep: true } }));
  return { faults: (data as { faults: Fault[] }).faults, exit, text: String(text) };
}

/** All that is in the folder was last touched an hour ago, so that it may be kept. */
function settle(root: string): void {
  for (const path of ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })])
    if (!path.startsWith('.lemming')) utimesSync(join(root, path), Date.now() / 1000 - 3600, Date.now() / 1000 - 3600);
}

/** An organisation of which everything is kept that can be, old mail in a segment as well. */
async function keptOrg(): Promise<string> {
  const root = await busyOrg(PLAN);
  settle(root);
  const world = testWorld(root);
  await search(world, inputOf({ args: { text: 'figures' }, rest: ['figures'] }));
  await search(world, inputOf({ args: { text: 'old' }, rest: ['old'], flags: { memory: true } }));
  await status(world, inputOf());
  for (const by of ['turn', 'day', 'task', 'thread']) await costs(world, inputOf({ flags: { by } }));
  await lemming(root, ['task', 'list', '--json']);
  const kept = keptOf(root);
  const { state, store, journal, marks, synced, boot } = load(realDisk(root), kept);
  store.seal(state);
  store.write(kept, { state, marks }, { file: journal.file, end: journal.size, head: journal.head, synced, boot });
  keepVectors(kept, 'model', new Map([['one', new Float32Array([1, 2])]]));
  kept.write('load.json', '', '[]');
  kept.write('model.json', '', '{"files":[]}');
  return root;
}

const keptIn = (root: string) =>
  readdirSync(join(root, '.lemming')).filter(
    (name) => name === 'old' || name.endsWith('.sqlite') || KEPT_NAMES.includes(name),
  );
const segmentOf = (root: string) => join(root, '.lemming/old', readdirSync(join(root, '.lemming/old'))[0] as string);

describe('verify --deep', () => {
  it('finds nothing in what was kept here, and everything that is kept is looked at', async () => {
    const root = await keptOrg();
    expect(await deep(root)).toMatchObject({ faults: [], exit: undefined });
    const names = readdirSync(join(root, '.lemming')).filter((name) => !/^(lock\.|old$|.*\.sqlite$)/.test(name));
    expect(names.filter((name) => !KEPT_NAMES.includes(name))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['state.json', 'journal.marks', 'status.json', 'replies.json']));
    expect(names.filter((name) => /^(mail|memory)\.(texts|mark)$/.test(name))).toHaveLength(2);
  });

  it.each(KEPT_NAMES.filter((name) => !name.endsWith('.mark')))(
    'names %s when a byte of it was flipped, and is content once it is gone',
    async (name) => {
      const root = await keptOrg();
      const file = join(root, '.lemming', name);
      if (!existsSync(file)) return expect(name).toMatch(/\.texts$/); // this machine has SQLite
      const good = readFileSync(file);
      for (const at of [0, 20, good.length >> 1, good.length - 2]) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] as number) ^ 1;
        writeFileSync(file, bad);
        expect((await deep(root)).faults).toMatchObject([{ code: 'differs', file: `.lemming/${name}` }]);
      }
      expect((await deep(root)).exit).toBe(1);
      rmSync(file);
      expect(await deep(root)).toMatchObject({ faults: [], exit: undefined });
      await turns(root, 1);
      expect((await deep(root)).faults).toEqual([]);
    },
  );

  it.each<[string, string, (text: string) => string]>([
    ['a balance', 'state.json', (text) => text.replace(/"spent":\d+/, '"spent":7')],
    [
      'a file of the journal',
      'journal.marks',
      (text) => `${String.fromCharCode(text.charCodeAt(0) ^ 1)}${text.slice(1)}`,
    ],
    ['the status', 'status.json', (text) => text.replace('"turn":4', '"turn":5')],
    ['the tasks', 'tasks.json', (text) => text.replace('"tasks":[]', '"tasks":[{}]')],
    ['the configuration', 'config.bin', (text) => text.replace('scripted', 'Scripted')],
    ['what a day cost', 'spending-day.fold', (text) => text.replace(/\d{4}-\d\d-/, '2001-01-')],
    ['a reply', 'replies.json', (text) => text.replace('It is done', 'It is gone')],
  ])('names a kept file that says otherwise, though it was made here: %s', async (_what, name, change) => {
    const root = await keptOrg();
    const found = keptOf(root).read(name);
    const text = change(found?.bytes.toString('latin1') as string);
    keptOf(root).write(name, found?.seal ?? '', Buffer.from(text, 'latin1'));
    const { faults, exit } = await deep(root);
    expect(text).not.toBe(found?.bytes.toString('latin1'));
    expect(faults).toMatchObject([{ code: 'differs', file: `.lemming/${name}` }]);
    expect(exit).toBe(1);
    rmSync(join(root, '.lemming', name));
    expect((await deep(root)).faults).toEqual([]);
  });

  it('names marks by which a file that says something else would not be read', async () => {
    const root = await keptOrg();
    const path = 'org/org.yaml';
    const kept = keptOf(root);
    const { seal, bytes } = kept.read('files.marks') as KeptFile;
    writeFileSync(join(root, path), `${readFileSync(join(root, path))}# changed\n`);
    const marks = [[path, realDisk(root).stat(path)?.mark]];
    kept.write('files.marks', seal, JSON.stringify({ ...JSON.parse(bytes.toString()), marks }));
    expect((await deep(root)).faults).toMatchObject([{ code: 'differs', file: '.lemming/files.marks' }]);
  });

  it('names a segment of old mail that was changed, shortened or taken away', async () => {
    for (const change of ['byte', 'shorter', 'gone'] as const) {
      const root = await keptOrg();
      const file = segmentOf(root);
      const bytes = readFileSync(file);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
      if (change === 'gone') rmSync(file);
      else writeFileSync(file, change === 'byte' ? bytes : bytes.subarray(1));
      const { faults } = await deep(root);
      expect(faults).toMatchObject([{ code: 'differs' }]);
      expect(JSON.stringify(faults)).toContain(`old/${file.split('/').at(-1)}`);
      await turns(root, 1);
      expect((await deep(root)).faults).toEqual([]);
    }
  });

  it('takes what another history or version left as what it is: nobody believes it', async () => {
    const root = await keptOrg();
    const before = textOf(root, 'state.json');
    keptOf(root).write('state.json', 'another', before.replace(/"head":"[^"]*"/, '"head":"another"'));
    expect((await deep(root)).faults).toEqual([]);
    ask(root, 'a', 'More.');
    await turns(root, 2);
    expect((await deep(root)).faults).toEqual([]);
  });

  it('redact and restore drop all of it, but for replies that were paid', async () => {
    const root = await keptOrg();
    await redact(testWorld(root), inputOf({ args: { id: '000002-b-01' }, flags: { yes: true } }));
    expect(keptIn(root)).toEqual([]);
    const other = await keptOrg();
    await backup(testWorld(other), inputOf({ args: { file: 'now.tgz' } }));
    await restore(testWorld(other), inputOf({ args: { file: 'now.tgz' }, flags: { yes: true } }));
    expect(keptIn(other)).toEqual(['replies.json']);
  });

  it('an edited journal is believed, and none of its folds', async () => {
    const root = await keptOrg();
    const path = join(root, 'org/journal/000002.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"cost":10000', '"cost":20000'));
    reseal(root);
    const { state } = load(realDisk(root), keptOf(root));
    expect(state).toStrictEqual(load(realDisk(root)).state);
    const before = JSON.parse(textOf(root, 'status.json')).data;
    const { data } = await status(testWorld(root), inputOf());
    expect(JSON.stringify(data)).not.toBe(JSON.stringify(before));
  });

  it('leaves nothing behind, and works where nothing was kept', async () => {
    const root = await busyOrg(PLAN);
    const before = readdirSync(join(root, '.lemming'));
    await deep(root);
    expect(readdirSync(join(root, '.lemming'))).toEqual(before);
    rmSync(join(root, '.lemming'), { recursive: true });
    expect((await deep(root)).faults).toEqual([]);
    expect(existsSync(join(root, '.lemming'))).toBe(false);
    mkdirSync(join(root, '.lemming'));
  });
});
