/** Packs an organisation into an archive, and checks one that was unpacked. */
import type { Progress } from '../core/model/progress.ts';
import {
  type ArchiveFile,
  ArchivePaths,
  FILE_BYTES,
  isPackable,
  PIECE,
  type Pieced,
  pack,
  sizeOf,
} from '../disk/archive/pack.ts';
import { type Disk, DiskError, type Stat } from '../disk/fs/disk.ts';
import { isOfPrograms } from '../disk/fs/open-folders.ts';
import { treeOf } from '../disk/fs/tree.ts';
import { load } from '../engine/journal/load.ts';
import { verifyJournal } from '../engine/journal/verify.ts';
import { journalEnd } from '../engine/replay/journal-files.ts';
import { type Fault, FaultError, failure } from '../schema/fault.ts';
import { byCodeUnit } from '../schema/name.ts';
import { cut } from '../schema/print.ts';

/**
 * The parts of an organisation, and the two files that make it a good repository. Backups, caches and everything else at the
 * top are left out.
 */
const ORG_PARTS = ['.gitattributes', '.gitignore', 'agents', 'org'];

/** Whether a path may be in an archive of an org. */
export function isOrgPath(path: string): boolean {
  return /^(\.gitattributes|\.gitignore|(agents|org)\/.+)$/s.test(path);
}

/** What is packed, and how. */
export interface PackOptions {
  /** Excludes files, or folders with everything in them. */
  skip?(path: string): boolean;
  /** Replaces a file by others, in the order of their paths. Created anew for each try. */
  change?(): (file: ArchiveFile) => ArchiveFile[];
  told?: Progress;
}

/** What was packed. `left_out`: links, devices, files that are unreadable or nested too deeply, and what no archive may hold. */
export interface PackedOrg {
  files: number;
  bytes: number;
  left_out: string[];
}

export function tellLeftOut(path: string): string {
  return `${cut(path, 200)} was left out. It is a link or device, not readable, too deep, larger than 1 GiB, or its name is not allowed in archives.`;
}

/** How often packing is retried because an engine made progress in the meantime. */
const TRIES = 10;

/**
 * Packs the files of an org into a canonical archive at `file` (absolute). While an engine works, the archive shows an instant
 * between two lines of its journal, as a crash would leave it. Throws `locked` if no such instant is found.
 */
export function packOrg(disk: Disk, file: string, wish: PackOptions = {}): PackedOrg {
  for (let left = TRIES; left > 0; left--) {
    const packed = packOnce(disk, file, wish);
    if (packed) return packed;
  }
  throw failure('locked', 'An engine is running here and keeps writing', {
    remedy: 'Run lemming pause, or stop the engine, and try again.',
  });
}

function packOnce(disk: Disk, file: string, { skip, change, told }: PackOptions): PackedOrg | null {
  const end = journalEnd(disk);
  const { files: all, others } = treeOf(disk, ORG_PARTS, (path) => skip?.(path) || isTemporary(path));
  const paths = new ArchivePaths();
  const files = all.filter((path) => (isPackable(path) && paths.take(path)) || !others.push(path));
  const packed: PackedOrg = { files: 0, bytes: 0, left_out: others };
  const changed = change?.();
  let whole = true;
  const lost = (): void => {
    whole = false;
  };
  function* read(): Generator<ArchiveFile | Pieced> {
    for (const [i, path] of files.entries()) {
      told?.(i, files.length);
      const file = readIn(disk, path, changed === undefined, lost);
      if (file === 'not') packed.left_out.push(path);
      else if (file === null) lost();
      else for (const one of changed && 'bytes' in file ? changed(file) : [file]) yield count(one, packed);
    }
  }
  const isWhole = pack(file, read(), () => whole && journalEnd(disk) === end);
  packed.left_out.sort(byCodeUnit);
  return isWhole ? packed : null;
}

function count<T extends ArchiveFile | Pieced>(one: T, packed: PackedOrg): T {
  packed.files++;
  packed.bytes += sizeOf(one);
  return one;
}

/** Whether an interrupted write left the file: it has a temporary name of this program. */
function isTemporary(path: string): boolean {
  return path.slice(path.lastIndexOf('/') + 1).startsWith('.lemming');
}

/**
 * Reads a file for the archive. Null if it was removed in the meantime; `not` if this process may not read it in a workspace,
 * or if it is too large. A large file is returned in pieces unless it is needed as a whole; `lost` is called if it changes
 * during reading.
 */
function readIn(disk: Disk, path: string, pieced: boolean, lost: () => void): ArchiveFile | Pieced | null | 'not' {
  try {
    const stat = disk.stat(path);
    if (stat && stat.size > FILE_BYTES) return 'not';
    if (pieced && stat && stat.size > PIECE && disk.readPart(path, 0, 1))
      return { path, size: stat.size, pieces: piecesOf(disk, path, stat, lost) };
    const bytes = disk.read(path, 'whole');
    return bytes && { path, bytes };
  } catch (error) {
    if (error instanceof DiskError && error.failure === 'not-regular') return null;
    if (error instanceof DiskError && error.failure === 'denied' && isOfPrograms(path)) return 'not';
    throw error;
  }
}

/**
 * The pieces of a file, always with as many bytes as it had: the archive stays well-formed, and is discarded if the file
 * changed.
 */
function* piecesOf(disk: Disk, path: string, { size, mark }: Stat, lost: () => void): Generator<Uint8Array> {
  for (let at = 0; at < size; ) {
    const wanted = Math.min(PIECE, size - at);
    const piece = partOf(disk, path, at, wanted);
    if (piece.length === 0) lost();
    yield piece.length > 0 ? piece : new Uint8Array(wanted);
    at += piece.length || wanted;
  }
  if (disk.stat(path)?.mark !== mark) lost();
}

/** A part of a file; empty if the file was removed in the meantime. */
function partOf(disk: Disk, path: string, at: number, size: number): Uint8Array {
  try {
    return disk.readPart(path, at, size) ?? new Uint8Array();
  } catch (error) {
    if (error instanceof DiskError && error.failure === 'not-regular') return new Uint8Array();
    throw error;
  }
}

/**
 * Checks an unpacked organisation before it replaces another, and returns its turn. A torn tail is not a fault: an org may be
 * packed while its engine writes. Throws `invalid-value` if it is not an org, or the faults of its journal.
 */
export function checkUnpacked(disk: Disk, file: string, told?: Progress): number {
  if (disk.stat('org/org.yaml')?.kind !== 'file')
    throw failure('invalid-value', `${file} contains no org/org.yaml, so it is not an archive of an organisation`);
  const { faults, torn } = verifyJournal(disk, told);
  if (faults.length > torn) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  return load(disk).state.clock.turn;
}
