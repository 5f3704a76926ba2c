/** The file system of the machine, below an organisation. */
import fs from 'node:fs';
import path from 'node:path';
import { byCodeUnit } from '../../schema/name.ts';
import type { Appender, Disk, DiskFailure, Stat } from './disk.ts';
import { DiskError } from './disk.ts';
import { type Hold, holder, isOfPrograms, looker } from './open-folders.ts';

const { R_OK, W_OK, X_OK, O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** The largest file of others that is read at all. Callers check smaller limits by kind. */
const MAX_READ = 64 * 1024 * 1024;

/** The file system below `root`, which is an absolute path. */
export function realDisk(root: string): Disk {
  const sound = new Set<string>();
  /** Makes sure that no folder on the way is a link. Checked once for each folder, until `recheck`. */
  const check = (folder: string): void => {
    if (folder === '' || folder === '.' || sound.has(folder)) return;
    const cut = folder.lastIndexOf('/');
    check(cut < 0 ? '' : folder.slice(0, cut));
    const stat = fs.lstatSync(`${root}/${folder}`, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isSymbolicLink())
      throw new DiskError('not-regular', folder, 'this is a link, and LeMMing does not follow links');
    sound.add(folder);
  };
  /** A folder that was just looked at needs no second check before a write. */
  const noteFolder = (p: string, stat: Stat | null): Stat | null => {
    if (stat?.kind === 'folder') sound.add(p);
    return stat;
  };
  const at = (p: string): string => {
    const cut = p.lastIndexOf('/');
    if (cut > 0) check(p.slice(0, cut));
    return p === '' || p === '.' ? root : `${root}/${p}`;
  };
  /**
   * Passes on the path of a file. In a workspace, where programs run, the folder is held open meanwhile, so that no link can
   * replace it.
   */
  const by =
    (hold: Hold) =>
    <T>(p: string, call: (file: string) => T): T => {
      const cut = p.lastIndexOf('/');
      return isOfPrograms(p) ? hold(p.slice(0, cut), (folder) => call(`${folder}${p.slice(cut)}`)) : call(at(p));
    };
  const holding = by(holder(root));
  const looking = by(looker(root));
  const holdingBoth = (from: string, to: string, call: (from: string, to: string) => void): void =>
    holding(from, (source) => holding(to, (target) => call(source, target)));
  /** Makes missing folders on the way to a path, but never the root: if it disappeared, it must stay so. */
  const makeParents = (p: string): void => {
    const folder = path.posix.dirname(p);
    if (folder === '.') return;
    fs.statSync(root);
    try {
      makeFolder(folder);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
      throw new DiskError('not-regular', folder, 'this is a file, but a folder belongs here');
    }
  };
  /** In a workspace, folders are made one at a time, each within the folder that is held open. */
  const makeFolder = (folder: string): void => {
    if (!isOfPrograms(folder)) {
      makeAll(folder);
      return;
    }
    makeFolder(path.posix.dirname(folder));
    holding(folder, makeOne);
  };
  /** On a read-only disk Node reports a folder that cannot be made as absent. */
  const makeAll = (folder: string): void => {
    try {
      fs.mkdirSync(at(folder), { recursive: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && isReadOnly(root)) throw new DiskError('read-only', folder, 'EROFS');
      throw error;
    }
  };
  /** Tries first without checking the parents, because they almost always exist. */
  const withParents = <T>(p: string, call: () => T): T => {
    try {
      return attempt(p, call);
    } catch (error) {
      if (!(error instanceof DiskError) || error.failure !== 'absent') throw error;
      return attempt(p, () => {
        makeParents(p);
        return call();
      });
    }
  };
  return {
    read: (p, how) => attempt(p, () => looking(p, (file) => readRegular(file, p, how)), null),
    readPart: (p, from, size) => attempt(p, () => looking(p, (file) => readPiece(file, p, from, size)), null),
    list: (p) => attempt(p, () => looking(`${p}/.`, (file) => fs.readdirSync(file.slice(0, -2))).sort(), null),
    look: (p) => attempt(p, () => looking(`${p}/.`, (file) => lookInto(file.slice(0, -1))), null),
    glance: (p, most) => attempt(p, () => looking(`${p}/.`, (file) => glanceAt(file.slice(0, -2), most)), null),
    stat: (p) => attempt(p, () => looking(p, (file) => noteFolder(p, statOf(file))), null),
    isOpen: (p) => isOpen(`${root}/${p}`, root),
    create: (p, bytes) => withParents(p, () => holding(p, (file) => createFile(file, bytes))),
    rename: (from, to) => withParents(to, () => holdingBoth(from, to, fs.renameSync)),
    link: (from, to) => withParents(to, () => holdingBoth(from, to, fs.linkSync)),
    unlink: (p) => attempt(p, () => holding(p, (file) => fs.unlinkSync(file)), undefined),
    mkdir: (p) => attempt(p, () => makeFolder(p)),
    rmdir: (p) => attempt(p, () => holding(p, (file) => removeEmpty(file, p)), undefined),
    append: (p) => withParents(p, () => appender(at(p), p)),
    free: () => attempt('', () => freeBytes(root)),
    syncFile: (p) => syncPath(at(p), p),
    syncDir: (p) => syncPath(at(p), p),
    recheck: () => sound.clear(),
  };
}

/** Ignores links: other checks report them. */
function isOpen(file: string, root: string): boolean {
  try {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) fs.accessSync(file, R_OK | W_OK | X_OK);
    else if (stat?.isFile()) fs.accessSync(file, R_OK);
    return true;
  } catch (error) {
    const failure = failureOf((error as NodeJS.ErrnoException).code ?? '');
    return failure === 'read-only' ? isReadOnly(root) : failure !== 'denied';
  }
}

/** Whether the whole org folder is read-only. Then no part of it was closed on purpose, and writing reports the problem. */
function isReadOnly(root: string): boolean {
  try {
    fs.accessSync(root, W_OK);
    return false;
  } catch (error) {
    return failureOf((error as NodeJS.ErrnoException).code ?? '') === 'read-only';
  }
}

/** Runs a call and turns the system's error into a `DiskError`. `absent` is the result if nothing is there. */
function attempt<T>(p: string, call: () => T, ...absent: [T?]): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof DiskError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (absent.length && (code === 'ENOENT' || code === 'ENOTDIR')) return absent[0] as T;
    throw new DiskError(failureOf(code), p, code || String(error));
  }
}

const FAILURES: Record<string, DiskFailure> = {
  EEXIST: 'exists',
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'denied',
  EPERM: 'denied',
  EMFILE: 'handles',
  ENFILE: 'handles',
  EIO: 'io',
  ELOOP: 'not-regular',
  ENXIO: 'not-regular',
  EISDIR: 'not-regular',
  ENAMETOOLONG: 'name',
  EINVAL: 'name',
  EILSEQ: 'name',
  ENOTEMPTY: 'name',
  EXDEV: 'name',
  EMLINK: 'name',
};

export function failureOf(code: string): DiskFailure {
  return FAILURES[code] ?? 'other';
}

function readRegular(file: string, p: string, how?: 'alone' | 'whole'): Uint8Array {
  const fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw new DiskError('not-regular', p, stat.isDirectory() ? 'a folder' : 'not a regular file');
    if (how === 'alone' && stat.nlink > 1) throw new DiskError('not-regular', p, 'it has a second name (a hard link)');
    if (how !== 'whole' && stat.size > MAX_READ) throw new DiskError('too-large', p, `${stat.size} bytes`);
    return readAll(fd, stat.size);
  } finally {
    fs.closeSync(fd);
  }
}

function readPiece(file: string, p: string, from: number, size: number): Uint8Array {
  const fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw new DiskError('not-regular', p, 'not a regular file');
    return readAll(fd, Math.max(0, Math.min(size, stat.size - from)), from);
  } finally {
    fs.closeSync(fd);
  }
}

/** Reads as many bytes as the file is said to have. Files of the kernel (such as /proc) report size 0 and have content. */
function readAll(fd: number, size: number, from: number | null = null): Uint8Array {
  if (size === 0) return from === null ? fs.readFileSync(fd) : new Uint8Array();
  const bytes = Buffer.allocUnsafe(size);
  let done = 0;
  for (let more = 1; done < size && more > 0; done += more)
    more = fs.readSync(fd, bytes, done, size - done, from === null ? null : from + done);
  return bytes.subarray(0, done);
}

function statOf(file: string): Stat | null {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return null;
  return {
    kind: kindOf(stat),
    size: stat.size,
    mark: markOf(stat),
    mtimeMs: stat.mtimeMs,
    rights: `${stat.uid}:${stat.gid}:${stat.mode}`,
    links: stat.nlink,
  };
}

function kindOf(found: fs.Stats | fs.Dirent): Stat['kind'] {
  return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : found.isSymbolicLink() ? 'link' : 'other';
}

function glanceAt(folder: string, most: number): { found: [string, Stat['kind']][]; more: boolean } {
  const found: [string, Stat['kind']][] = [];
  const open = fs.opendirSync(folder, { bufferSize: Math.max(1, Math.min(most + 1, 256)) });
  try {
    for (let entry = open.readSync(); entry; entry = open.readSync()) {
      if (found.length === most) return { found: byName(found), more: true };
      found.push([entry.name, kindOf(entry)]);
    }
    return { found: byName(found), more: false };
  } finally {
    open.closeSync();
  }
}

function byName(found: [string, Stat['kind']][]): [string, Stat['kind']][] {
  return found.sort(([a], [b]) => byCodeUnit(a, b));
}

/** Skips what disappeared in the meantime. */
function lookInto(folder: string): [string, Stat][] {
  const found: [string, Stat][] = [];
  for (const name of fs.readdirSync(folder).sort()) {
    const stat = statOf(folder + name);
    if (stat) found.push([name, stat]);
  }
  return found;
}

function markOf(stat: fs.Stats): string {
  return `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
}

function createFile(file: string, bytes: string | Uint8Array): string {
  const fd = fs.openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  try {
    writeAll(fd, bytes);
    return markOf(fs.fstatSync(fd));
  } finally {
    fs.closeSync(fd);
  }
}

/** Passes text to the system without a copy; after a short write the rest follows as bytes. */
function writeAll(fd: number, bytes: string | Uint8Array): void {
  let done = typeof bytes === 'string' ? fs.writeSync(fd, bytes) : 0;
  if (typeof bytes === 'string' && done === Buffer.byteLength(bytes)) return;
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  while (done < buffer.length) done += fs.writeSync(fd, buffer, done);
}

function makeOne(folder: string): void {
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function removeEmpty(file: string, p: string): void {
  try {
    fs.rmdirSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY') throw new DiskError(failureOf(code), p, code);
  }
}

function appender(file: string, p: string): Appender {
  const fd = fs.openSync(file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o644);
  return {
    write: (bytes) => attempt(p, () => writeAll(fd, bytes)),
    sync: () => attempt(p, () => fs.fdatasyncSync(fd)),
    truncate: (length) => attempt(p, () => fs.ftruncateSync(fd, length)),
    close: () => attempt(p, () => fs.closeSync(fd)),
  };
}

function freeBytes(root: string): number {
  const { bavail, bsize } = fs.statfsSync(root);
  return bavail * bsize;
}

function syncPath(file: string, p: string): void {
  attempt(
    p,
    () => {
      const fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      try {
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
    },
    undefined,
  );
}
