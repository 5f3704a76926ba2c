/** Carries out the file operations of committed turns without overwriting edits of people. */
import { createHash } from 'node:crypto';
import { type FileOp, placesOf } from '../../core/journal/file-op.ts';
import type { RefusedOp } from '../../core/journal/unplaced.ts';
import { type Content, contentHash, isSameContent, liveContent } from '../../core/model/content.ts';
import { conflictPath, NAME_BYTES, shortened } from '../../core/model/paths.ts';
import { copyWith } from '../../schema/copy.ts';
import type { Disk } from './disk.ts';
import { DiskError, isOfPlace } from './disk.ts';
import { otherName } from './other-name.ts';

/** A file of the engine that collided with a person's. The person's file stays, and the engine's is written beside it. */
export interface Conflict {
  path: string;
  ours: string;
}

/** The result of a turn's file operations. */
export interface Materialised {
  conflicts: Conflict[];
  /** Path → mark of each file that was made. */
  marks: Map<string, string>;
  /** Operations that the file system refused because of their name or place: the first for each path. */
  refused: RefusedOp[];
}

/**
 * Carries out the file operations of a committed turn. It is idempotent: after a crash at any point it simply runs again. It
 * overwrites nothing that a person made or changed. New names are taken with link(2), which refuses a taken name; an old file
 * is first moved aside and compared, so an edit cannot be lost at any instant. Operations that the file system refuses because
 * of their name or place are skipped and reported; only a failing disk stops it.
 */
export function materialise(disk: Disk, ops: readonly FileOp[], turn: number): Materialised {
  return new Materialising(disk, ops, turn).done;
}

type Replace = Extract<FileOp, { op: 'replace' }>;
type Remove = Extract<FileOp, { op: 'remove' }>;
type Move = Extract<FileOp, { op: 'move' }>;

class Materialising {
  readonly done: Materialised = { conflicts: [], marks: new Map(), refused: [] };
  private readonly disk: Disk;
  private readonly ops: readonly FileOp[];
  private readonly turn: number;
  /** A replacement that others were merged into → the first of them. */
  private readonly firsts = new Map<FileOp, FileOp>();
  private readonly barred = new Set<string>();
  /** Folders that tell small letters from large ones. */
  private readonly exact = new Set<string>();

  constructor(disk: Disk, ops: readonly FileOp[], turn: number) {
    this.disk = disk;
    this.ops = ops;
    this.turn = turn;
    moveFiles(disk, ops, (op, work) => this.tried(op, op.from, work));
    for (const op of this.joined()) this.carryOut(op);
  }

  /** Works on a path. If the file system refuses, later operations on that path are skipped as well. */
  private tried(op: FileOp, path: string, work: () => void): void {
    if (this.barred.has(path)) return;
    try {
      work();
    } catch (error) {
      if (!isOfPlace(error)) throw error;
      this.refuse(op, path, error.message);
    }
  }

  private refuse(op: FileOp, path: string, why: string): void {
    this.barred.add(path);
    const first = this.firsts.get(op) ?? op;
    const before = this.ops.slice(0, this.ops.indexOf(first));
    const after = before.filter((other) => other.op !== 'live' && placesOf(other).includes(path)).length;
    const left = op.op === 'remove' || (op.op === 'adopt' && path === op.found) ? markOf(this.disk, path) : null;
    this.done.refused.push({ path, op, after, why, ...(left === null ? {} : { mark: left }) });
  }

  /**
   * Merges consecutive replacements of a file into the last one, which is then based on what the first was based on. A file
   * that is removed in the end is removed in its first version. Otherwise a second run after a crash would mistake the last
   * result for an edit.
   */
  private joined(): FileOp[] {
    const last = new Map<string, Replace>();
    const done: FileOp[] = [];
    for (const op of this.ops) {
      const before = 'path' in op ? last.get(op.path) : undefined;
      if (op.op === 'replace' && before && isSameContent(before.text, op.was)) {
        before.text = op.text;
        if (op.needs) {
          before.needs ??= [];
          before.needs.push(...op.needs);
        }
      } else if (op.op === 'remove' && before && contentHash(before.text) === op.hash) {
        const gone = removedAtFirst(before);
        for (const one of gone) this.firsts.set(one, this.firsts.get(before) as FileOp);
        done.splice(done.indexOf(before), 1, ...gone);
        last.delete(op.path);
      } else if (op.op === 'replace') {
        const own = copyOf(op);
        last.set(op.path, own);
        this.firsts.set(own, op);
        done.push(own);
      } else done.push(op);
    }
    return done;
  }

  private carryOut(op: FileOp): void {
    const { disk, turn, done } = this;
    switch (op.op) {
      case 'create':
        return this.put(op, () => createFile(disk, op.path, op.text, turn, done));
      case 'attach':
        return this.put(op, () => createFile(disk, op.path, Buffer.from(op.data, 'base64'), turn, done));
      case 'replace': {
        const missing = op.needs?.find((path) => this.barred.has(path));
        if (missing !== undefined) return this.refuse(op, op.path, `${op.path}: ${missing} is not there`);
        return this.put(op, () => replaceFile(disk, op, turn, done, this.exact));
      }
      case 'move':
      case 'live':
        return;
      case 'adopt':
        this.put(op, () => createFile(disk, op.path, op.text, turn, done));
        return this.tried(op, op.found, () => removeFile(disk, op.found, op.hash));
      case 'remove':
        return this.tried(op, op.path, () => removeFile(disk, op.path, op.hash));
    }
  }

  /** Makes a file. If that fails, the unfinished part is removed again. */
  private put(op: Extract<FileOp, { path: string }>, work: () => void): void {
    this.tried(op, op.path, () => {
      try {
        work();
      } catch (error) {
        if (isOfPlace(error)) takeBack(this.disk, op.path);
        throw error;
      }
    });
  }
}

function removedAtFirst({ path, was }: Replace): Remove[] {
  return was === null ? [] : [{ op: 'remove', path, hash: contentHash(was) }];
}

function copyOf(op: Replace): Replace {
  const copy = copyWith(op, {});
  if (op.needs) copy.needs = [...op.needs];
  return copy;
}

/** Restores the file that was moved aside and removes the temporary one, as far as the file system permits. */
function takeBack(disk: Disk, path: string): void {
  const aside = beside(path, 'aside');
  ifItCan(() => {
    if (disk.stat(aside) !== null && linkNew(disk, aside, path)) disk.unlink(aside);
  });
  ifItCan(() => disk.unlink(beside(path, 'tmp')));
}

/** Ignores what the file system refuses because of its name or place. */
function ifItCan(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isOfPlace(error)) throw error;
  }
}

/** The hash of what is at the path; null if nothing is there or it cannot be read. */
function markOf(disk: Disk, path: string): string | null {
  try {
    const found = readAny(disk, path);
    return found === null ? null : bytesHash(found);
  } catch (error) {
    if (!isOfPlace(error)) throw error;
    return null;
  }
}

/** The name of a file of the engine's own next to another: `tmp` while it is made, `aside` while it is replaced. */
export function beside(path: string, what: string): string {
  const cut = path.lastIndexOf('/') + 1;
  const name = path.slice(cut);
  const own = `.lemming-${name}.${what}`;
  return path.slice(0, cut) + (Buffer.byteLength(own) <= NAME_BYTES ? own : `.lemming-${shortened(name, 64)}.${what}`);
}

function createFile(disk: Disk, path: string, bytes: string | Uint8Array, turn: number, done: Materialised): void {
  const temp = beside(path, 'tmp');
  const mark = createTemp(disk, temp, bytes);
  if (linkNew(disk, temp, path)) done.marks.set(path, mark);
  else if (!sameBytes(readAny(disk, path), bytes)) keepBeside(disk, temp, path, turn, done);
  disk.unlink(temp);
}

/** Creates a temporary file, and replaces one that a crash left. */
function createTemp(disk: Disk, temp: string, bytes: string | Uint8Array): string {
  try {
    return disk.create(temp, bytes);
  } catch (error) {
    if (!(error instanceof DiskError) || error.failure !== 'exists') throw error;
    disk.unlink(temp);
    return disk.create(temp, bytes);
  }
}

/** Gives a file a second name; false if that name is taken. */
export function linkNew(disk: Disk, from: string, to: string): boolean {
  try {
    disk.link(from, to);
    return true;
  } catch (error) {
    if (error instanceof DiskError && error.failure === 'exists') return false;
    throw error;
  }
}

function keepBeside(disk: Disk, temp: string, path: string, turn: number, done: Materialised): void {
  demandOwnName(disk, path);
  const ours = conflictPath(path, turn);
  if (!linkNew(disk, temp, ours) && !isSame(disk, temp, ours)) throw new DiskError('exists', ours, 'EEXIST');
  done.conflicts.push({ path, ours });
}

/** Refuses a path that the file system treats as the name of another file. */
function demandOwnName(disk: Disk, path: string, exact?: Set<string>): void {
  const other = otherName(disk, path, exact);
  if (other !== null) throw new DiskError('exists', path, `this disk treats it as the same name as ${other}`);
}

/**
 * Replaces a file, unless it is no longer what the new one was based on. The file is moved aside first: whatever was there at
 * that instant is compared again, and a later edit finds a free name.
 */
function replaceFile(disk: Disk, op: Replace, turn: number, done: Materialised, exact: Set<string>): void {
  const aside = beside(op.path, 'aside');
  const temp = beside(op.path, 'tmp');
  const current = readAny(disk, op.path);
  const isAside = disk.stat(aside) !== null;
  if (current !== null) demandOwnName(disk, op.path, exact);
  if (sameBytes(current, op.text)) return finish(disk, aside, temp);
  if (!isAside && op.was === null && current === null) return createFile(disk, op.path, op.text, turn, done);
  createTemp(disk, temp, op.text);
  if (!isAside && op.was !== null && readsAs(current, op.was)) moveAside(disk, op.path, aside);
  const old = readAny(disk, aside);
  if (op.was === null || !readsAs(old, op.was)) {
    giveBack(disk, aside, op.path, `${turn}-old`);
    if (!op.yields) keepBeside(disk, temp, op.path, turn, done);
  } else if (!linkNew(disk, temp, op.path) && !op.yields) keepBeside(disk, temp, op.path, turn, done);
  finish(disk, aside, temp);
}

/** Gives a person's file that was moved aside its name back, or a name beside it if they have made another file since. */
export function giveBack(disk: Disk, aside: string, path: string, which: string): void {
  if (disk.stat(aside) === null || linkNew(disk, aside, path) || isSame(disk, aside, path)) return;
  keepAside(disk, aside, path, which);
}

/**
 * Keeps a file that was moved aside under a name beside the file for good. If that name is taken by an earlier one, the next is
 * used.
 */
export function keepAside(disk: Disk, aside: string, path: string, which: number | string): void {
  for (let n = 1; ; n++) {
    const name = conflictPath(path, n === 1 ? which : `${which}-${n}`);
    if (linkNew(disk, aside, name) || isSame(disk, aside, name)) return;
  }
}

function moveAside(disk: Disk, path: string, aside: string): void {
  unlessGone(() => disk.rename(path, aside));
}

/** Works on a file that a person may delete at that instant; then there is nothing to do. */
function unlessGone<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof DiskError && error.failure === 'absent') return undefined;
    throw error;
  }
}

function finish(disk: Disk, aside: string, temp: string): void {
  disk.unlink(aside);
  disk.unlink(temp);
}

/**
 * Moves files without replacing any. Every file gets its second name, these names are made durable, and then the first names
 * are removed. Otherwise a file that is older than what the journal can restore could lose both names in a power loss.
 */
function moveFiles(disk: Disk, ops: readonly FileOp[], tried: (op: Move, work: () => void) => void): void {
  const moved: Move[] = [];
  const folders = new Set<string>();
  for (const op of ops) {
    if (op.op !== 'move') continue;
    tried(op, () => {
      if (!nameTwice(disk, op)) return;
      moved.push(op);
      folders.add(op.to.slice(0, op.to.lastIndexOf('/')));
    });
  }
  for (const folder of folders) ifItCan(() => disk.syncDir(folder));
  for (const op of moved) tried(op, () => removeOld(disk, op.from, op.to));
  const left = new Set(ops.flatMap((op) => (op.op === 'move' ? (FILES_FOLDER.exec(op.from) ?? []) : [])));
  for (const folder of left) ifItCan(() => disk.rmdir(folder));
}
/** The folder of a message's attachments. It is removed once everything in it has moved. */
const FILES_FOLDER = /^.+\.files(?=\/[^/]+$)/;

/** True if the file has, or had, both names. */
function nameTwice(disk: Disk, { from, to }: Move): boolean {
  if (disk.stat(from) === null) return disk.stat(beside(from, 'aside')) !== null;
  return unlessGone(() => linkNew(disk, from, to) || isSame(disk, from, to)) ?? false;
}

/** Removes the first name of a moved file, unless a person saved something there since. */
function removeOld(disk: Disk, from: string, to: string): void {
  const aside = beside(from, 'aside');
  if (disk.stat(aside) === null) moveAside(disk, from, aside);
  if (!isSame(disk, aside, to)) giveBack(disk, aside, from, 'old');
  disk.unlink(aside);
}

/** Whether the paths are two names of one file, or two files with the same bytes. */
function isSame(disk: Disk, a: string, b: string): boolean {
  const [first, second] = [disk.stat(a), disk.stat(b)];
  return first?.mark === second?.mark || sameBytes(readAny(disk, a), readAny(disk, b) ?? '');
}

/** Removes a file that was taken in, unless it has changed since: then it is new input and stays. */
function removeFile(disk: Disk, path: string, hash: string | null): void {
  const aside = beside(path, 'aside');
  if (disk.stat(aside) === null) {
    const current = readAny(disk, path);
    if (current === null || !hasHash(current, hash)) return;
    moveAside(disk, path, aside);
  }
  const old = readAny(disk, aside);
  if (old !== null && !hasHash(old, hash)) giveBack(disk, aside, path, 'old');
  disk.unlink(aside);
}

/** The bytes at a path. Anything but a regular file reads as a single byte, which no text of ours is. */
export function readAny(disk: Disk, path: string): Uint8Array | null {
  try {
    return disk.read(path);
  } catch (error) {
    if (error instanceof DiskError && (error.failure === 'not-regular' || error.failure === 'too-large'))
      return new Uint8Array([0]);
    throw error;
  }
}

/** The sha256 of a file's bytes in base64url. */
export function bytesHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** Whether a file has that content. Line ends and the byte order mark of people's files do not count. */
function readsAs(found: Uint8Array | null, content: Content): boolean {
  return found !== null && (sameBytes(found, content) || textOf(found) === content);
}

/** Whether the bytes have that hash, either raw or decoded; null matches anything. */
function hasHash(found: Uint8Array, hash: string | null): boolean {
  return hash === null || bytesHash(found) === hash || bytesHash(Buffer.from(textOf(found))) === hash;
}

function textOf(found: Uint8Array): string {
  return new TextDecoder().decode(found).replace(/\r\n?/g, '\n');
}

function sameBytes(found: Uint8Array | null, bytes: string | Uint8Array): boolean {
  return found !== null && Buffer.compare(found, typeof bytes === 'string' ? Buffer.from(bytes) : bytes) === 0;
}

/**
 * After a power loss: makes the files again that the operations of the turns since the last sync should have left, where they
 * are missing, empty, torn (a prefix of the content) or an older version of ours. Any other file is an edit and stays.
 */
export function restoreLost(disk: Disk, ops: readonly FileOp[]): string[] {
  const restored: string[] = [];
  const older = versions(ops);
  const last = finalFiles(ops);
  const needs = neededBy(ops);
  const inOrder = [...last].sort(([a], [b]) => Number(needs.has(a)) - Number(needs.has(b))); // dependencies first
  for (const [path, bytes] of inOrder)
    ifItCan(() => {
      const found = readAny(disk, path);
      if (sameBytes(found, bytes)) return;
      const isWhole = found !== null && !isTorn(found, bytes);
      if (isWhole && !older.get(path)?.has(bytesHash(found))) return;
      if (isWhole && needs.get(path)?.some((needed) => readAny(disk, needed) === null)) return;
      if (found !== null) disk.unlink(path);
      disk.create(path, bytes);
      restored.push(path);
    });
  for (const op of ops) ifItCan(() => tidy(disk, op, older));
  for (const op of ops)
    ifItCan(() => {
      if (op.op === 'adopt') removeLeft(disk, op.found, ops);
      if (op.op === 'move' && last.has(op.to) && !last.has(op.from)) removeLeft(disk, op.from, ops);
    });
  moveFiles(
    disk,
    ops.filter((op) => op.op !== 'move' || !last.has(op.from)), // the name was taken again later
    (_op, work) => ifItCan(work),
  );
  return restored;
}

/** What must exist before a file is written, by its last version. */
function neededBy(ops: readonly FileOp[]): Map<string, readonly string[]> {
  const needs = new Map<string, readonly string[]>();
  for (const op of ops)
    if (op.op === 'replace') {
      needs.delete(op.path);
      if (op.needs?.length) needs.set(op.path, op.needs);
    }
  return needs;
}

/** Removes a file that was adopted or moved and came back as an older or a torn version of ours. */
function removeLeft(disk: Disk, path: string, ops: readonly FileOp[]): void {
  const found = readAny(disk, path);
  if (found === null) return;
  const texts = ops.flatMap((op) => ((op.op === 'create' || op.op === 'replace') && op.path === path ? [op.text] : []));
  if (texts.some((text) => isTorn(found, Buffer.from(text)))) disk.unlink(path);
}

/** Removes what a finished operation had removed and the power loss brought back. */
function tidy(disk: Disk, op: FileOp, older: ReadonlyMap<string, ReadonlySet<string>>): void {
  if (op.op === 'adopt') removeFile(disk, op.found, op.hash);
  if (op.op === 'remove') removeFile(disk, op.path, op.hash);
  if (op.op === 'move') return;
  const aside = beside(op.path, 'aside');
  const old = readAny(disk, aside);
  if (old !== null && !older.get(op.path)?.has(bytesHash(old)) && !sameBytes(old, ''))
    keepAside(disk, aside, op.path, 'old');
  finish(disk, aside, beside(op.path, 'tmp'));
  if (op.op === 'live' && op.was === null) disk.unlink(beside(op.path, 'new'));
}

/** Path → hashes of every version of ours that was ever there. */
function versions(ops: readonly FileOp[]): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  const add = (path: string, hash: string): void =>
    void (all.get(path) ?? all.set(path, new Set()).get(path))?.add(hash);
  for (const op of ops) {
    const content = op.op === 'live' ? liveContent(op) : 'text' in op ? op.text : null;
    if ('path' in op && content !== null) add(op.path, bytesHash(Buffer.from(content)));
    if (op.op === 'replace' && op.was !== null) add(op.path, bytesHash(Buffer.from(op.was)));
    if (op.op === 'live' && op.was !== null) add(op.path, op.was);
  }
  return all;
}

function isTorn(found: Uint8Array, whole: Uint8Array): boolean {
  if (found.length > whole.length) return found.every((byte) => byte === 0);
  return found.every((byte, i) => byte === whole[i] || byte === 0);
}

function setLive(files: Map<string, Uint8Array>, op: Extract<FileOp, { op: 'live' }>): void {
  const content = liveContent(op);
  if (content === null) files.delete(op.path);
  else files.set(op.path, Buffer.from(content));
}

/** Path → bytes after all operations. */
export function finalFiles(ops: readonly FileOp[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const op of ops) {
    if (op.op === 'create' || op.op === 'replace') files.set(op.path, Buffer.from(op.text));
    else if (op.op === 'attach') files.set(op.path, Buffer.from(op.data, 'base64'));
    else if (op.op === 'adopt') {
      files.set(op.path, Buffer.from(op.text));
      files.delete(op.found);
    } else if (op.op === 'remove') files.delete(op.path);
    else if (op.op === 'live') setLive(files, op);
    else {
      const moved = files.get(op.from);
      files.delete(op.from);
      if (moved) files.set(op.to, moved);
    }
  }
  return files;
}
