// @module-tag disk
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Disk, DiskError } from '../../../src/disk/fs/disk.ts';
import { failureOf, realDisk } from '../../../src/disk/fs/real.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { scratch } from '../../commands/world.ts';

function failureIn(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DiskError) return error.failure;
    throw error;
  }
  return 'none';
}

function textOf(disk: Disk, path: string): string | null {
  const bytes = disk.read(path);
  return bytes === null ? null : Buffer.from(bytes).toString();
}

const DISKS: [string, () => Disk][] = [
  ['the real one', () => realDisk(scratch())],
  ['the one in memory', () => new MemoryDisk()],
];

describe.each(DISKS)('a disk does what its contract says: %s', (_which, make) => {
  it('what is not there is null', () => {
    const disk = make();
    expect([disk.read('x'), disk.list('x'), disk.stat('x'), disk.read('x/y'), disk.stat('x/y')]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    disk.unlink('x');
    disk.rmdir('x');
  });

  it('a file is created once, with its folders, and bears a mark', () => {
    const disk = make();
    const mark = disk.create('a/b/x', 'ä');
    expect(disk.stat('a/b/x')).toMatchObject({ kind: 'file', size: 2, mark });
    expect(textOf(disk, 'a/b/x')).toBe('ä');
    expect(failureIn(() => disk.create('a/b/x', ''))).toBe('exists');
    expect(failureIn(() => disk.create('a/b', ''))).toBe('exists');
    expect(Buffer.from(disk.create('bytes', new Uint8Array([0, 255])) && (disk.read('bytes') ?? []))).toEqual(
      Buffer.from([0, 255]),
    );
  });

  it('names are listed in order of their code units', () => {
    const disk = make();
    for (const name of ['b', 'a', 'B', 'ä', '10', '9', 'sub/x']) disk.create(`f/${name}`, '');
    expect(disk.list('f')).toEqual(['10', '9', 'B', 'a', 'b', 'sub', 'ä']);
    expect(disk.stat('f/sub')).toMatchObject({ kind: 'folder' });
    expect(disk.list('')).toEqual(['f']);
  });

  it('a rename replaces, and keeps the mark', () => {
    const disk = make();
    const mark = disk.create('x', 'new');
    disk.create('y', 'old');
    disk.rename('x', 'y');
    expect([textOf(disk, 'x'), textOf(disk, 'y'), disk.stat('y')?.mark]).toEqual([null, 'new', mark]);
    disk.rename('y', 'deep/er/y');
    expect(textOf(disk, 'deep/er/y')).toBe('new');
    expect(failureIn(() => disk.rename('missing', 'z'))).toBe('absent');
  });

  it('a link is a second name, and takes none that is taken', () => {
    const disk = make();
    const mark = disk.create('x', 'text');
    disk.link('x', 'deep/y');
    expect([textOf(disk, 'deep/y'), disk.stat('deep/y')?.mark]).toEqual(['text', mark]);
    expect(failureIn(() => disk.link('x', 'deep/y'))).toBe('exists');
    expect(failureIn(() => disk.link('x', 'deep'))).toBe('exists');
    expect(failureIn(() => disk.link('missing', 'z'))).toBe('absent');
    disk.unlink('x');
    expect([textOf(disk, 'x'), textOf(disk, 'deep/y')]).toEqual([null, 'text']);
  });

  it('a folder is made with its parents and removed when it is empty', () => {
    const disk = make();
    disk.mkdir('a/b');
    disk.mkdir('a/b');
    disk.rmdir('a');
    expect(disk.list('a')).toEqual(['b']);
    disk.rmdir('a/b');
    expect(disk.stat('a/b')).toBeNull();
  });

  it('a file grows by appending, and can be cut', () => {
    const disk = make();
    const first = disk.append('j/x');
    first.write('one\n');
    first.sync();
    first.close();
    const second = disk.append('j/x');
    second.write(Buffer.from('two\n'));
    second.truncate(6);
    second.write('!');
    second.close();
    expect(textOf(disk, 'j/x')).toBe('one\ntw!');
  });

  it('says what room there is, and makes things durable', () => {
    const disk = make();
    disk.create('f/x', '');
    disk.syncFile('f/x');
    disk.syncDir('f');
    disk.syncFile('missing');
    expect(disk.free()).toBeGreaterThan(0);
  });

  it('a folder cannot be read', () => {
    const disk = make();
    disk.create('f/x', '');
    expect(failureIn(() => disk.read('f'))).toBe('not-regular');
  });

  it('a change of a file changes its mark', () => {
    const disk = make();
    const mark = disk.create('x', 'one');
    const appender = disk.append('x');
    appender.write('two');
    appender.close();
    expect(disk.stat('x')?.mark).not.toBe(mark);
  });
});

describe('the real disk', () => {
  it('never follows a link', () => {
    const outside = join(scratch(), 'secret');
    fs.writeFileSync(outside, 'secret');
    const root = scratch();
    const disk = realDisk(root);
    fs.symlinkSync(outside, join(root, 'link'));
    fs.symlinkSync(join(root, 'gone'), join(root, 'dangling'));
    expect(disk.stat('link')).toMatchObject({ kind: 'link' });
    for (const name of ['link', 'dangling']) {
      expect(failureIn(() => disk.read(name))).toBe('not-regular');
      expect(failureIn(() => disk.create(name, 'x'))).toBe('exists');
      expect(failureIn(() => disk.append(name).write('x'))).toBe('not-regular');
      expect(failureIn(() => disk.syncFile(name))).toBe('not-regular');
    }
    disk.rename('link', 'moved');
    disk.unlink('moved');
    expect([fs.readFileSync(outside, 'utf8'), fs.readdirSync(root)]).toEqual(['secret', ['dangling']]);
  });

  it('never waits for a pipe', () => {
    const root = scratch();
    expect(spawnSync('mkfifo', [join(root, 'pipe')]).status).toBe(0);
    expect(realDisk(root).stat('pipe')).toMatchObject({ kind: 'other' });
    expect(failureIn(() => realDisk(root).read('pipe'))).toBe('not-regular');
  });

  it('reads no file that is far too large', () => {
    const root = scratch();
    fs.writeFileSync(join(root, 'huge'), '');
    fs.truncateSync(join(root, 'huge'), 64 * 1024 * 1024 + 1);
    expect(failureIn(() => realDisk(root).read('huge'))).toBe('too-large');
  });

  it('takes a file in place of a folder for nothing', () => {
    const root = scratch();
    const disk = realDisk(root);
    disk.create('x', '');
    expect([disk.read('x/y'), disk.list('x'), disk.stat('x/y')]).toEqual([null, null, null]);
    expect(failureIn(() => disk.create('x/y', ''))).not.toBe('none');
    expect(failureIn(() => disk.rmdir('x'))).not.toBe('none');
    disk.mkdir('d');
    expect(failureIn(() => disk.unlink('d'))).not.toBe('none');
  });

  it('says when it may not', () => {
    const root = scratch();
    fs.chmodSync(root, 0o555);
    expect(asNobody(root, () => failureIn(() => realDisk(root).create('x', '')))).toBe('denied');
    fs.chmodSync(root, 0o700);
  });

  it.each([
    ['EEXIST', 'exists'],
    ['ENOENT', 'absent'],
    ['ENOTDIR', 'absent'],
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    ['EROFS', 'read-only'],
    ['EACCES', 'denied'],
    ['EPERM', 'denied'],
    ['EMFILE', 'handles'],
    ['ENFILE', 'handles'],
    ['EIO', 'io'],
    ['ELOOP', 'not-regular'],
    ['EISDIR', 'not-regular'],
    ['EWHATEVER', 'other'],
    ['', 'other'],
  ])('%s of the system is %s', (code, failure) => {
    expect(failureOf(code)).toBe(failure);
  });
});

describe('in a workspace, where programs are at work, a folder that becomes a link after it was looked at leads nowhere', () => {
  function swapped() {
    const [outside, base] = [scratch(), scratch()];
    fs.writeFileSync(join(outside, 'secret'), 'secret');
    const disk = realDisk(base);
    const d = 'agents/a/workspace/d';
    disk.create(`${d}/secret`, 'own');
    disk.create('agents/a/workspace/own', 'own');
    disk.create(`${d}/deep/x`, 'x');
    for (const folder of ['agents', 'agents/a', 'agents/a/workspace', d, `${d}/deep`]) disk.stat(folder);
    fs.rmSync(join(base, d), { recursive: true });
    fs.symlinkSync(outside, join(base, d));
    return { disk, d, outside, own: 'agents/a/workspace/own' };
  }

  it.each<[string, (at: ReturnType<typeof swapped>) => unknown]>([
    ['read', ({ disk, d }) => disk.read(`${d}/secret`)],
    ['stat', ({ disk, d }) => disk.stat(`${d}/secret`)],
    ['list', ({ disk, d }) => disk.list(d)],
    ['create', ({ disk, d }) => disk.create(`${d}/new`, 'x')],
    ['create deep', ({ disk, d }) => disk.create(`${d}/new/new`, 'x')],
    ['rename in', ({ disk, d, own }) => disk.rename(own, `${d}/new`)],
    ['rename out', ({ disk, d, own }) => disk.rename(`${d}/secret`, own)],
    ['link in', ({ disk, d, own }) => disk.link(own, `${d}/new`)],
    ['link out', ({ disk, d }) => disk.link(`${d}/secret`, 'agents/a/workspace/new')],
    ['unlink', ({ disk, d }) => disk.unlink(`${d}/secret`)],
    ['mkdir', ({ disk, d }) => disk.mkdir(`${d}/new`)],
    ['rmdir', ({ disk, d }) => disk.rmdir(`${d}/deep`)],
  ])('for %s', (_what, work) => {
    const at = swapped();
    let told: unknown = null;
    try {
      told = work(at);
    } catch (error) {
      expect(error).toBeInstanceOf(DiskError);
    }
    expect(told ?? null).toBe(null);
    expect(fs.readdirSync(at.outside)).toEqual(['secret']);
    expect(fs.readFileSync(join(at.outside, 'secret'), 'utf8')).toBe('secret');
  });

  it('is looked for anew when another stands in its place, though it is still held from the last look', () => {
    const [base, elsewhere] = [scratch(), scratch()];
    const disk = realDisk(base);
    const d = 'agents/a/workspace/d';
    disk.create(`${d}/x`, 'old');
    expect(textOf(disk, `${d}/x`)).toBe('old');
    fs.renameSync(join(base, d), join(elsewhere, 'd'));
    expect([disk.read(`${d}/x`), disk.stat(`${d}/x`), disk.list(d)]).toEqual([null, null, null]);
    disk.create(`${d}/x`, 'new');
    expect([textOf(disk, `${d}/x`), disk.list(d)]).toEqual(['new', ['x']]);
    fs.rmSync(join(base, d), { recursive: true });
    fs.symlinkSync(join(elsewhere, 'd'), join(base, d));
    expect(failureIn(() => disk.read(`${d}/x`))).toBe('not-regular');
    expect(failureIn(() => disk.stat(`${d}/x`))).toBe('not-regular');
  });

  it.runIf(fs.existsSync('/proc/self/fd'))('is held no longer than looks follow one another', async () => {
    const base = fs.realpathSync(scratch());
    const disk = realDisk(base);
    const held = () => {
      const names = fs.readdirSync('/proc/self/fd').filter((fd) => fs.existsSync(`/proc/self/fd/${fd}`));
      return names.map((fd) => fs.readlinkSync(`/proc/self/fd/${fd}`)).filter((path) => path.startsWith(base));
    };
    for (const folder of ['c', 'd']) disk.create(`agents/a/workspace/${folder}/x`, 'x');
    for (const folder of ['c', 'd', 'd', 'c', 'd']) disk.read(`agents/a/workspace/${folder}/x`);
    expect(failureIn(() => disk.read('agents/a/workspace/c'))).toBe('not-regular');
    expect(disk.read('agents/a/workspace/none/x')).toBe(null);
    expect(held()).toHaveLength(0);
    disk.read('agents/a/workspace/c/x');
    expect(held()).toHaveLength(1);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(held()).toHaveLength(0);
  });

  it('tells how many names a file has', () => {
    const { disk, own } = swapped();
    disk.link(own, 'agents/a/workspace/again');
    expect(disk.stat(own)?.links).toBe(2);
  });
});

/** Root may do anything: for a moment it is another user, who owns the folder. */
function asNobody<T>(folder: string, act: () => T): T {
  if (process.geteuid?.() !== 0) return act();
  fs.chownSync(folder, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}
const NOBODY = 65_534;
