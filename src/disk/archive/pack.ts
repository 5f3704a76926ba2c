/** Writes and reads canonical archives. */
import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { Header, Pack, Parser, ReadEntry } from 'tar';
import type { Progress } from '../../core/model/progress.ts';
import { type FaultError, failure } from '../../schema/fault.ts';
import { type Appender, type Disk, DiskError } from '../fs/disk.ts';
import { failureOf, realDisk } from '../fs/real.ts';
import { isTooDeep } from '../fs/tree.ts';

/** One file of an archive. */
export interface ArchiveFile {
  path: string;
  bytes: Uint8Array;
}

/** A large file of an archive, given in pieces; `size` is their total number of bytes. */
export interface Pieced {
  path: string;
  size: number;
  pieces: Iterable<Uint8Array>;
}

/** Approximate number of bytes of a file that are held in memory at once. */
export const PIECE = 1 << 18;

/** Limits of unpacking; the limit for a file applies to packing as well. */
const MOST_FILES = 2_000_000;
const MOST_BYTES = 8 * 1024 ** 3;
export const FILE_BYTES = 1024 ** 3;

/** Files that mean nothing to the engine: here, names may differ only in case or Unicode composition. */
const FREE = /^(agents\/[^/]+\/workspace|org\/shared)\//;

/** The paths of one archive. Packing and unpacking make the same checks, so whatever is packed can be unpacked. */
export class ArchivePaths {
  private readonly taken = new Set<string>();

  get count(): number {
    return this.taken.size;
  }

  /** Adds a path; false if a file system that ignores case and composition would confuse it with an earlier one. */
  take(path: string): boolean {
    const name = FREE.test(path) ? path : path.normalize('NFC').toLowerCase();
    return this.taken.size < this.taken.add(name).size;
  }
}

export function isPackable(path: string): boolean {
  if (isTooDeep(path, 2) || /[\0-\x1f\x7f\\]|^[A-Za-z]:/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.length <= 255);
}

/**
 * Writes a canonical `.tgz`: the same files in the same order give the same bytes, whatever their times, owners and modes. It
 * is complete or not written at all; if `good` returns false after the last file, there is no archive and the result is false.
 * `file` is an absolute path; throws `usage` if something is there.
 */
export function pack(file: string, files: Iterable<ArchiveFile | Pieced>, good: () => boolean = () => true): boolean {
  if (fs.existsSync(file)) throw failure('usage', `${file} already exists`, { remedy: 'Choose another name.' });
  const folder = path.dirname(file);
  if (!fs.existsSync(folder))
    throw failure('not-found', `The folder ${folder} does not exist`, {
      remedy: 'Create it first, or choose another folder.',
    });
  const temp = path.join(folder, `.lemming-${crc32(path.basename(file)).toString(16)}.tmp`); // the name may have the maximal length
  return onDisk(file, () => {
    fs.rmSync(temp, { force: true });
    const fd = fs.openSync(temp, 'wx', 0o600);
    try {
      writeArchive(fd, files);
      fs.fsyncSync(fd);
      if (!good()) return false;
      fs.renameSync(temp, file);
      return true;
    } finally {
      fs.closeSync(fd);
      fs.rmSync(temp, { force: true });
    }
  });
}

function writeArchive(fd: number, files: Iterable<ArchiveFile | Pieced>): void {
  const archive = new Pack({ gzip: { level: 6 }, portable: true, strict: true });
  archive.on('data', (chunk: Uint8Array) => {
    for (let done = 0; done < chunk.length; ) done += fs.writeSync(fd, chunk, done);
  });
  for (const file of files) {
    const entry = new ReadEntry(
      new Header({ path: file.path, type: 'File', mode: 0o644, size: sizeOf(file), mtime: new Date(0) }),
    );
    archive.add(entry);
    for (const piece of 'bytes' in file ? [file.bytes] : file.pieces) if (piece.length) entry.write(asBuffer(piece));
    entry.end();
  }
  archive.end();
}

/** The same bytes, without a copy. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

export function sizeOf(file: ArchiveFile | Pieced): number {
  return 'bytes' in file ? file.bytes.length : file.size;
}

/**
 * Unpacks an archive into a new folder (an absolute path) and returns the paths in it. It accepts only regular files with
 * relative paths that `allowed` permits. A link, a device, a path that leads outside, a repeated name, or an exceeded limit
 * refuses the whole archive. Throws `not-found`, `not-regular`, `too-large` or `invalid-value`, and removes what it has
 * unpacked.
 */
export function unpack(file: string, into: string, allowed: (path: string) => boolean, told?: Progress): string[] {
  if (!fs.existsSync(file)) throw failure('not-found', `The file ${file} does not exist`);
  try {
    return onDisk(file, () => new Unpacking(file, into, allowed).all(told));
  } catch (error) {
    fs.rmSync(into, { recursive: true, force: true });
    throw error;
  }
}

/** A new file that is written as its bytes arrive; a small file is written at once. */
class Growing {
  private readonly disk: Disk;
  private readonly path: string;
  private chunks: Buffer[] = [];
  private size = 0;
  private file: Appender | null = null;

  constructor(disk: Disk, path: string) {
    this.disk = disk;
    this.path = path;
  }

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.size < PIECE) return;
    this.flush();
    this.file ??= this.disk.append(this.path);
  }

  end(): void {
    this.flush();
    this.close();
  }

  close(): void {
    this.file?.close();
    this.file = null;
  }

  private flush(): void {
    const bytes = Buffer.concat(this.chunks);
    if (this.file) this.file.write(bytes);
    else this.disk.create(this.path, bytes);
    this.chunks = [];
    this.size = 0;
  }
}

/** One archive being read, entry by entry. */
class Unpacking {
  private readonly file: string;
  private readonly disk: Disk;
  private readonly allowed: (path: string) => boolean;
  private readonly taken = new ArchivePaths();
  private readonly paths: string[] = [];
  private bytes = 0;
  private flaw: Error | null = null;
  /** The file that is being unpacked. */
  private growing: Growing | null = null;

  constructor(file: string, into: string, allowed: (path: string) => boolean) {
    this.file = file;
    this.disk = realDisk(into);
    this.disk.mkdir('');
    this.allowed = allowed;
  }

  all(told?: Progress): string[] {
    const parser = new Parser({ strict: true, onReadEntry: (entry) => this.take(entry) });
    parser.on('error', (error) => this.fail(error));
    const fd = fs.openSync(this.file, fs.constants.O_RDONLY);
    try {
      const stat = fs.fstatSync(fd);
      if (!stat.isFile()) throw failure('not-regular', `${this.file} is not a regular file`);
      const chunk = Buffer.alloc(1 << 20);
      let done = 0;
      for (let read = fs.readSync(fd, chunk); read > 0 && !this.flaw; read = fs.readSync(fd, chunk)) {
        parser.write(Buffer.from(chunk.subarray(0, read)));
        done += read;
        told?.(done, stat.size);
      }
      if (!this.flaw) parser.end();
    } finally {
      fs.closeSync(fd);
      this.growing?.close();
    }
    if (this.flaw) throw this.flaw;
    if (this.paths.length === 0)
      throw this.refuse('invalid-value', 'contains no files, so it is not an archive of an organisation');
    return this.paths;
  }

  /** Records an error. Only the first one counts; later ones are its consequences. */
  private fail(error: Error): void {
    this.flaw ??=
      'fault' in error || error instanceof DiskError
        ? error
        : this.refuse('invalid-value', `cannot be unpacked: ${error.message}`);
  }

  private take(entry: ReadEntry): void {
    const flaw = this.flaw ?? this.flawOf(entry);
    if (flaw || entry.type === 'Directory') {
      if (flaw) this.fail(flaw);
      entry.resume();
      return;
    }
    const { path } = entry;
    const file = new Growing(this.disk, path);
    this.growing = file;
    entry.on('data', (chunk: Buffer) => this.write(path, () => file.add(chunk)));
    entry.on('end', () => this.write(path, () => this.paths.push(path) && file.end()));
  }

  private write(path: string, put: () => void): void {
    if (this.flaw) return;
    try {
      put();
    } catch (error) {
      const twisted = error instanceof DiskError && ['exists', 'absent', 'not-regular'].includes(error.failure);
      this.fail(
        twisted
          ? this.refuse('invalid-value', `contains ${JSON.stringify(path)} both as a file and as a folder`)
          : (error as Error),
      );
    }
  }

  private flawOf(entry: ReadEntry): FaultError | null {
    const named = JSON.stringify(entry.path.slice(0, 200));
    if (!['File', 'OldFile', 'Directory'].includes(entry.type))
      return this.refuse('not-regular', `contains ${named}, which is a ${entry.type}`);
    const path = entry.path.replace(/\/$/, '');
    if (!isPackable(path)) return this.refuse('invalid-value', `contains ${named}, a path that is not allowed`);
    if (entry.type === 'Directory') return null;
    if (!this.allowed(path))
      return this.refuse('invalid-value', `contains ${named}, which is not part of an organisation`);
    return this.flawOfSize(entry, path);
  }

  private flawOfSize(entry: ReadEntry, path: string): FaultError | null {
    if (!this.taken.take(path)) return this.refuse('invalid-value', `contains ${JSON.stringify(path)} twice`);
    this.bytes += entry.size;
    if (entry.size > FILE_BYTES)
      return this.refuse(
        'too-large',
        `contains ${JSON.stringify(path)} with ${entry.size} bytes; the limit is ${FILE_BYTES}`,
      );
    if (this.bytes > MOST_BYTES || this.taken.count > MOST_FILES)
      return this.refuse('too-large', `contains more than ${MOST_FILES} files or ${MOST_BYTES} bytes`);
    return null;
  }

  private refuse(code: 'invalid-value' | 'not-regular' | 'too-large', what: string): FaultError {
    return failure(code, `${this.file} ${what}`, {
      remedy: 'Nothing was changed. Use an archive that lemming backup or lemming export made.',
    });
  }
}

/** Moves a new folder to its place (both absolute paths), which must be absent or an empty folder; otherwise throws `usage`. */
export function moveIntoPlace(folder: string, target: string): void {
  onDisk(target, () => {
    const stat = fs.lstatSync(target, { throwIfNoEntry: false });
    if (stat && (!stat.isDirectory() || fs.readdirSync(target).length > 0)) {
      fs.rmSync(folder, { recursive: true, force: true });
      throw failure('usage', `${target} already exists and is not an empty folder`, {
        remedy: 'Choose a new folder.',
      });
    }
    if (stat) fs.rmdirSync(target);
    fs.renameSync(folder, target);
  });
}

/** Turns errors of the system into `DiskError`. */
function onDisk<T>(file: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof DiskError || code === undefined || 'fault' in (error as object)) throw error;
    throw new DiskError(failureOf(code), file, code);
  }
}
