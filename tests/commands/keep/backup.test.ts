import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, Header } from 'tar';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import * as backupCommand from '../../../src/commands/keep/backup.ts';
import * as restoreCommand from '../../../src/commands/keep/restore.ts';
import * as replayCommand from '../../../src/commands/time/replay.ts';
import { journalPath } from '../../../src/disk/journal/journal.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { checked } from '../checked.ts';
import { ask } from '../relay.ts';
import { faultsOf, filesIn, inputOf, scratch, testWorld } from '../world.ts';
import { busyOrg, turns, whole } from './org.ts';

const run = checked(backupCommand);
const restoreRun = checked(restoreCommand);
const replay = checked(replayCommand);

const backup = async (root: string, file?: string) =>
  (await run(testWorld(root), inputOf({ args: file === undefined ? {} : { file } }))).data as {
    file: string;
    turn: number;
    files: number;
    left_out: string[];
  };
const restore = async (root: string, file: string, flags: Record<string, boolean> = { yes: true }) =>
  (await restoreRun(testWorld(root), inputOf({ args: { file }, flags }))).data as { turn: number; archive: string };

describe('backup and restore', () => {
  it('scenario 30: go back to the backup byte for byte, and forward again', async () => {
    const root = await busyOrg();
    const before = whole(root);
    const { file, turn } = await backup(root);
    expect([file, turn]).toEqual([join(root, 'backups/turn-4-1.tgz'), 4]);
    ask(root, 'a', 'More.', 'more');
    await turns(root, 4);
    writeFileSync(join(root, 'agents/a/resume.md'), 'spoilt');
    const after = whole(root);
    const { archive } = await restore(root, 'backups/turn-4-1.tgz');
    expect(whole(root)).toEqual(before);
    await restore(root, archive);
    expect(whole(root)).toEqual(after);
  });

  it('leaves no cache of what was replaced', async () => {
    const root = await busyOrg();
    const { file } = await backup(root);
    await turns(root, 2);
    const caches = () => readdirSync(join(root, '.lemming')).filter((name) => /\.json$/.test(name));
    expect(caches()).toContain('state.json');
    await restore(root, file);
    expect(caches().filter((name) => name !== 'replies.json')).toEqual([]);
  });

  it('takes the longest name that a file may have', async () => {
    const root = await busyOrg();
    expect((await backup(root, `${'n'.repeat(251)}.tgz`)).files).toBeGreaterThan(0);
    expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('the same org gives the same archive', async () => {
    const root = await busyOrg();
    const [one, two] = [await backup(root), await backup(root)];
    expect(one.file).not.toBe(two.file);
    expect(readFileSync(one.file).equals(readFileSync(two.file))).toBe(true);
  });

  it('what is restored replays, recomputes and goes on', async () => {
    const root = await busyOrg();
    const { file } = await backup(root, '../saved.tgz'.replace('../', ''));
    await turns(root, 2);
    await restore(root, file);
    await turns(root, 2);
    expect((await replay(testWorld(root), inputOf({ flags: { recompute: true } }))).data).toMatchObject({
      turns: 6,
      identical: true,
    });
  });

  it('brings back an org whose journal is damaged', async () => {
    const root = await busyOrg();
    const before = whole(root);
    const { file } = await backup(root);
    rmSync(join(root, journalPath(2)));
    await restore(root, file);
    expect(whole(root)).toEqual(before);
  });

  it('can be made while an engine runs; a restore cannot', async () => {
    const root = await busyOrg();
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
      await engine.turn();
      const { file } = await backup(root);
      expect(await faultsOf(restore(root, file))).toEqual(['locked']);
    });
  });

  it('leaves links out and says so', async () => {
    const root = await busyOrg();
    symlinkSync('/etc', join(root, 'agents/a/workspace/etc'));
    expect((await backup(root)).left_out).toEqual(['agents/a/workspace/etc']);
  });

  it('whatever files are called: what it holds can be restored, and what it cannot hold it names', async () => {
    const root = await busyOrg();
    const place = join(root, 'agents/a/workspace/odd');
    const deep = `${'d/'.repeat(150)}x`;
    const long = `${'long-'.repeat(40)}/`.repeat(7);
    const fine = [
      'Makefile',
      'makefile',
      'caf\u00e9',
      'cafe\u0301',
      'a\u2028b',
      'C:x',
      ' ',
      '...',
      '\u202e',
      deep,
      `${long}x`,
    ];
    const odd = ['a\nb', 'a\\b', 'bell\u0007', 'dir\n/x', 'dir\\/x'];
    for (const path of [...fine, ...odd]) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), path);
    }
    writeFileSync(join(root, 'org/shared/Notes.md'), 'one');
    writeFileSync(join(root, 'org/shared/notes.md'), 'another');
    writeFileSync(join(root, 'org/goals.md'), 'one');
    writeFileSync(join(root, 'org/GOALS.md'), 'another');
    const before = filesIn(root);
    const large = 'org/shared/large.bin';
    writeFileSync(join(root, large), '');
    truncateSync(join(root, large), 2 ** 30 + 1);
    const unread = Buffer.concat([Buffer.from(`${place}/`), Buffer.from([0xff])]);
    writeFileSync(unread, 'a name that is no text');
    const more = ['agents/a/workspace/odd/\ufffd', 'org/goals.md', large];
    const { file, left_out } = await backup(root);
    rmSync(unread);
    rmSync(join(root, large));
    expect(left_out).toEqual([...odd.map((path) => `agents/a/workspace/odd/${path}`).sort(), ...more]);
    rmSync(place, { recursive: true });
    await restore(root, file);
    for (const path of [
      ...fine.map((path) => `agents/a/workspace/odd/${path}`),
      'org/shared/Notes.md',
      'org/shared/notes.md',
    ])
      expect([path, filesIn(root)[path]]).toEqual([path, before[path]]);
  });

  it('refuses to overwrite a file, to restore what is not there, or without --yes', async () => {
    const root = await busyOrg();
    const { file } = await backup(root);
    expect(await faultsOf(backup(root, file))).toEqual(['usage']);
    expect(await faultsOf(restore(root, 'nothing.tgz'))).toEqual(['not-found']);
    expect(await faultsOf(restore(root, file, {}))).toEqual(['usage']);
  });
});

/** An archive made by hand: raw entries, as an attacker would. */
function archiveOf(
  entries: {
    path: string;
    type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO';
    linkpath?: string;
    text?: string;
    size?: number;
  }[],
): string {
  const blocks = entries.flatMap(({ path, type = 'File', linkpath, text = '', size }) => {
    const header = new Header({
      path,
      type,
      mode: 0o644,
      size: size ?? Buffer.byteLength(text),
      mtime: new Date(0),
      ...(linkpath === undefined ? {} : { linkpath }),
    });
    const block = Buffer.alloc(512);
    header.encode(block, 0);
    const data = Buffer.from(text);
    return [block, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  const file = join(scratch(), 'made.tgz');
  writeFileSync(file, gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])));
  return file;
}

describe('a hostile archive', () => {
  const org = { path: 'org/org.yaml', text: 'version: 1\nname: x\n' };
  it.each([
    ['a path upward', { path: '../evil', text: 'x' }, 'invalid-value'],
    ['a path upward within', { path: 'org/../../evil', text: 'x' }, 'invalid-value'],
    ['an absolute path', { path: '/tmp/lemming-evil', text: 'x' }, 'invalid-value'],
    ['a drive', { path: 'C:/evil', text: 'x' }, 'invalid-value'],
    ['a backslash', { path: 'org\\..\\..\\evil', text: 'x' }, 'invalid-value'],
    ['a control character', { path: 'org/a\u0007b', text: 'x' }, 'invalid-value'],
    ['a file that is no part of an org', { path: '.bashrc', text: 'x' }, 'invalid-value'],
    ['a lock', { path: '.lemming/lock.1', text: 'x' }, 'invalid-value'],
    ['a symbolic link', { path: 'org/link', type: 'SymbolicLink', linkpath: '/etc' }, 'not-regular'],
    ['a hard link', { path: 'org/link', type: 'Link', linkpath: 'org/org.yaml' }, 'not-regular'],
    ['a device', { path: 'org/null', type: 'CharacterDevice' }, 'not-regular'],
    ['a FIFO', { path: 'org/fifo', type: 'FIFO' }, 'not-regular'],
    ['a name twice', { path: 'org/ORG.yaml', text: 'x' }, 'invalid-value'],
    ['a file as a folder', { path: 'org/org.yaml/x', text: 'x' }, 'invalid-value'],
    ['a giant', { path: 'org/giant', size: 2 ** 33 }, 'too-large'],
    ['an entry cut off', { path: 'org/cut', size: 5000, text: 'x' }, 'invalid-value'],
  ] as const)('with %s changes nothing', async (_what, entry, code) => {
    const root = await busyOrg();
    const before = whole(root);
    const found = await restore(root, archiveOf([org, entry])).then(
      () => 'nothing',
      (error: { fault?: { code: string } }) => error.fault?.code ?? 'error',
    );
    expect(found).toBe(code);
    expect(whole(root)).toEqual(before);
    expect(existsSync('/tmp/lemming-evil')).toBe(false);
    expect(readdirSync(join(root, '.lemming')).filter((name) => name.startsWith('restore'))).toEqual([]);
    expect(existsSync(join(root, '../evil'))).toBe(false);
  });

  it('without an org, with a broken journal, or no archive at all, is refused', async () => {
    const root = await busyOrg();
    const before = whole(root);
    expect(await faultsOf(restore(root, archiveOf([{ path: 'org/x', text: 'x' }])))).toEqual(['invalid-value']);
    expect(
      await faultsOf(
        restore(
          root,
          archiveOf([org, { path: 'org/journal/000001.jsonl', text: '{"k":"open"}\n{"k":"seal","n":1,"h":"x"}\n' }]),
        ),
      ),
    ).toContain('damaged-journal');
    const text = join(scratch(), 'text.tgz');
    writeFileSync(text, 'no archive');
    expect(await faultsOf(restore(root, text))).toEqual(['invalid-value']);
    expect(whole(root)).toEqual(before);
  });

  it('an archive of another program, with folders, is taken', async () => {
    const root = await busyOrg();
    const file = join(scratch(), 'other.tgz');
    await create({ gzip: true, file, cwd: root }, ['org', 'agents']);
    expect((await restore(root, file)).turn).toBe(4);
  });
});
