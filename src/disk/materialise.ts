import { createHash } from 'node:crypto';
import { type Content, contentHash, isSameContent } from '../core/content.ts';
import { type FileOp, liveContent } from '../core/files.ts';
import type { Disk } from './disk.ts';
import { DiskError } from './disk.ts';

/** A file of ours that met a person's: theirs stays, ours lies beside it. */
export interface Conflict {
  path: string;
  ours: string;
}

/** What became of a turn's file operations. */
export interface Materialised {
  conflicts: Conflict[];
  /** path → mark of the files made. */
  marks: Map<string, string>;
}

/**
 * Carries out the file operations of a committed turn. Idempotent: after a crash at any point it is simply done again.
 * Nothing a person made or changed is overwritten: new names are taken with link(2), which refuses a taken name, and an old
 * file is first moved aside and looked at, so that no instant is left in which an edit could be lost.
 */
export function materialise(disk: Disk, ops: readonly FileOp[], turn: number): Materialised {
  const done: Materialised = { conflicts: [], marks: new Map() };
  moveFiles(disk, ops);
  for (const op of joined(ops)) carryOut(disk, op, turn, done);
  return done;
}

type Replace = Extract<FileOp, { op: 'replace' }>;
type Remove = Extract<FileOp, { op: 'remove' }>;

/**
 * Of replacements of a file that follow one another the last is made, based on what the first was based on, and when the file
 * is removed in the end it is removed as it was at first: done again after a crash, the first would take what the last left
 * for an edit.
 */
function joined(ops: readonly FileOp[]): FileOp[] {
  const last = new Map<string, Replace>();
  const done: FileOp[] = [];
  for (const op of ops) {
    const before = 'path' in op ? last.get(op.path) : undefined;
    if (op.op === 'replace' && before && isSameContent(before.text, op.was)) before.text = op.text;
    else if (op.op === 'remove' && before && contentHash(before.text) === op.hash) {
      done.splice(done.indexOf(before), 1, ...removedAtFirst(before));
      last.delete(op.path);
    } else if (op.op === 'replace') {
      const own = { ...op };
      last.set(op.path, own);
      done.push(own);
    } else done.push(op);
  }
  return done;
}

/** A file that was replaced, and then removed. */
function removedAtFirst({ path, was }: Replace): Remove[] {
  return was === null ? [] : [{ op: 'remove', path, hash: contentHash(was) }];
}

function carryOut(disk: Disk, op: FileOp, turn: number, done: Materialised): void {
  switch (op.op) {
    case 'create':
      return createFile(disk, op.path, op.text, turn, done);
    case 'attach':
      return createFile(disk, op.path, Buffer.from(op.data, 'base64'), turn, done);
    case 'replace':
      return replaceFile(disk, op, turn, done);
    case 'move':
    case 'live':
      return;
    case 'adopt':
      createFile(disk, op.path, op.text, turn, done);
      return removeFile(disk, op.found, op.hash);
    case 'remove':
      return removeFile(disk, op.path, op.hash);
  }
}

/** The name of a file of the engine's own next to another: `tmp` while it is made, `aside` while it is replaced. */
export function beside(path: string, what: string): string {
  const cut = path.lastIndexOf('/') + 1;
  return `${path.slice(0, cut)}.lemming-${path.slice(cut)}.${what}`;
}

function createFile(disk: Disk, path: string, bytes: string | Uint8Array, turn: number, done: Materialised): void {
  const temp = beside(path, 'tmp');
  const mark = createTemp(disk, temp, bytes);
  if (linkNew(disk, temp, path)) done.marks.set(path, mark);
  else if (!sameBytes(readAny(disk, path), bytes)) keepBeside(disk, temp, path, turn, done);
  disk.unlink(temp);
}

/** A temporary file that a crash left is made anew. */
function createTemp(disk: Disk, temp: string, bytes: string | Uint8Array): string {
  try {
    return disk.create(temp, bytes);
  } catch (error) {
    if (!(error instanceof DiskError) || error.failure !== 'exists') throw error;
    disk.unlink(temp);
    return disk.create(temp, bytes);
  }
}

/** Gives a file a second name; false when that name is taken. */
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
  const ours = `${path}.conflict-${turn}`;
  linkNew(disk, temp, ours);
  done.conflicts.push({ path, ours });
}

/**
 * A file that is not what the new one was based on stays. Else it is moved aside first: whatever is there at that instant is
 * what is compared again, and an edit meets a free name.
 */
function replaceFile(disk: Disk, op: Replace, turn: number, done: Materialised): void {
  const aside = beside(op.path, 'aside');
  const temp = beside(op.path, 'tmp');
  const current = readAny(disk, op.path);
  const isAside = disk.stat(aside) !== null;
  if (sameBytes(current, op.text)) return finish(disk, aside, temp);
  if (!isAside && op.was === null && current === null) return createFile(disk, op.path, op.text, turn, done);
  createTemp(disk, temp, op.text);
  if (!isAside && op.was !== null && readsAs(current, op.was)) moveAside(disk, op.path, aside);
  const old = readAny(disk, aside);
  if (op.was === null || !readsAs(old, op.was)) {
    giveBack(disk, aside, op.path, `${turn}-old`);
    keepBeside(disk, temp, op.path, turn, done);
  } else if (!linkNew(disk, temp, op.path)) keepBeside(disk, temp, op.path, turn, done);
  finish(disk, aside, temp);
}

/** A person's file that was moved aside gets its name again, or one beside it when they have made another since. */
function giveBack(disk: Disk, aside: string, path: string, which: string): void {
  if (disk.stat(aside) !== null && !linkNew(disk, aside, path) && !isSame(disk, aside, path))
    linkNew(disk, aside, `${path}.conflict-${which}`);
}

/** A person may delete the file at that very instant: then there is nothing to move. */
function moveAside(disk: Disk, path: string, aside: string): void {
  try {
    disk.rename(path, aside);
  } catch (error) {
    if (!(error instanceof DiskError) || error.failure !== 'absent') throw error;
  }
}

function finish(disk: Disk, aside: string, temp: string): void {
  disk.unlink(aside);
  disk.unlink(temp);
}

/**
 * Moves without replacing: every file gets its second name, the names are made durable, then the first names go. A file
 * that is written earlier than the journal reaches back could otherwise lose both names in a power loss.
 */
function moveFiles(disk: Disk, ops: readonly FileOp[]): void {
  const moved: Extract<FileOp, { op: 'move' }>[] = [];
  const folders = new Set<string>();
  for (const op of ops) {
    if (op.op !== 'move') continue;
    const { from, to } = op;
    const stands = disk.stat(from) !== null;
    if (!stands && disk.stat(beside(from, 'aside')) === null) continue;
    if (stands && !linkNew(disk, from, to) && !isSame(disk, from, to)) continue;
    moved.push(op);
    folders.add(to.slice(0, to.lastIndexOf('/')));
  }
  for (const folder of folders) disk.syncDir(folder);
  for (const { from, to } of moved) removeOld(disk, from, to);
}

/** Removes the first name of a moved file; what a person saved there since stays. */
function removeOld(disk: Disk, from: string, to: string): void {
  const aside = beside(from, 'aside');
  if (disk.stat(aside) === null) moveAside(disk, from, aside);
  if (!isSame(disk, aside, to)) giveBack(disk, aside, from, 'old');
  disk.unlink(aside);
}

/** One file with two names, or two with the same bytes. */
function isSame(disk: Disk, a: string, b: string): boolean {
  const [first, second] = [disk.stat(a), disk.stat(b)];
  return first?.mark === second?.mark || sameBytes(readAny(disk, a), readAny(disk, b) ?? '');
}

/** Removes what was taken in, unless it has changed since: then it is something new and stays. */
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

/** The bytes at a path; something else than a regular file is read as one byte that no text of ours is. */
export function readAny(disk: Disk, path: string): Uint8Array | null {
  try {
    return disk.read(path);
  } catch (error) {
    if (error instanceof DiskError && (error.failure === 'not-regular' || error.failure === 'too-large'))
      return new Uint8Array([0]);
    throw error;
  }
}

/** sha256 of a file's bytes, base64url. */
export function bytesHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** People's files are known by their text: line ends and byte order mark are as if absent. */
function readsAs(found: Uint8Array | null, content: Content): boolean {
  return found !== null && (sameBytes(found, content) || textOf(found) === content);
}

/** Whether a file has that hash as it stands, or as it is read; null: any has. */
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
 * After a power loss: the files that the operations of the turns since the last sync leave behind, made again where they are
 * missing, empty, torn (a beginning of what they should be) or an older version of ours. Any other file is an edit and stays.
 */
export function restoreLost(disk: Disk, ops: readonly FileOp[]): string[] {
  const restored: string[] = [];
  const older = versions(ops);
  const last = finalFiles(ops);
  for (const [path, bytes] of last) {
    const found = readAny(disk, path);
    if (sameBytes(found, bytes) || (found !== null && !isTorn(found, bytes) && !older.get(path)?.has(bytesHash(found))))
      continue;
    if (found !== null) disk.unlink(path);
    disk.create(path, bytes);
    restored.push(path);
  }
  for (const op of ops) tidy(disk, op, older);
  for (const op of ops) {
    if (op.op === 'adopt') removeLeft(disk, op.found, ops);
    if (op.op === 'move' && last.has(op.to) && !last.has(op.from)) removeLeft(disk, op.from, ops);
  }
  moveFiles(
    disk,
    ops.filter((op) => op.op !== 'move' || !last.has(op.from)), // a name that was taken again later
  );
  return restored;
}

/** What was adopted, or moved, may be back as an older version of ours, or as a torn one. */
function removeLeft(disk: Disk, path: string, ops: readonly FileOp[]): void {
  const found = readAny(disk, path);
  if (found === null) return;
  const texts = ops.flatMap((op) => ((op.op === 'create' || op.op === 'replace') && op.path === path ? [op.text] : []));
  if (texts.some((text) => isTorn(found, Buffer.from(text)))) disk.unlink(path);
}

/** What a finished operation had removed, and the power loss brought back. */
function tidy(disk: Disk, op: FileOp, older: ReadonlyMap<string, ReadonlySet<string>>): void {
  if (op.op === 'adopt') removeFile(disk, op.found, op.hash);
  if (op.op === 'remove') removeFile(disk, op.path, op.hash);
  if (op.op === 'move') return;
  const aside = beside(op.path, 'aside');
  const old = readAny(disk, aside);
  if (old !== null && !older.get(op.path)?.has(bytesHash(old)) && !sameBytes(old, ''))
    linkNew(disk, aside, `${op.path}.conflict-old`);
  finish(disk, aside, beside(op.path, 'tmp'));
}

/** Path → hashes of everything of ours that ever stood there. */
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
