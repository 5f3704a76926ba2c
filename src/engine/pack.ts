import type { Told } from '../core/told.ts';
import { type Disk, DiskError } from '../disk/disk.ts';
import { isOfPrograms } from '../disk/held.ts';
import { type Packed, pack } from '../disk/pack.ts';
import { treeOf } from '../disk/tree.ts';
import { type Fault, FaultError, failure } from '../schema/fault.ts';
import { load } from './load.ts';
import { journalEnd } from './replay.ts';
import { verifyJournal } from './verify.ts';

/** What an organisation consists of, and the two files that make it a good repository. Backups, caches and all else at the top stay out. */
const ORG_PARTS = ['.gitattributes', '.gitignore', 'agents', 'org'];

/** Whether a path may stand in an archive of an org. */
export function isOrgPath(path: string): boolean {
  return /^(\.gitattributes|\.gitignore|(agents|org)\/.+)$/.test(path);
}

/** What is packed, and how. */
export interface PackWish {
  /** Leaves files out, or folders with all in them. */
  skip?(path: string): boolean;
  /** Other files in place of one, in the order of their paths. Called anew for each try. */
  change?(): (file: Packed) => Packed[];
  told?: Told;
}

/** What was packed. `left_out`: links, devices, and what nobody may read or lies too deep. */
export interface PackedOrg {
  files: number;
  bytes: number;
  left_out: string[];
}

/** How often packing starts again because an engine went on meanwhile. */
const TRIES = 10;

/**
 * Packs the files of an org into a canonical archive at `file` (absolute). While an engine works it is packed at an instant
 * between two lines of its journal, as a crash would leave it. Throws `locked` when no such instant comes.
 */
export function packOrg(disk: Disk, file: string, wish: PackWish = {}): PackedOrg {
  for (let left = TRIES; left > 0; left--) {
    const packed = packOnce(disk, file, wish);
    if (packed) return packed;
  }
  throw failure('locked', 'The engine here writes all the time', {
    remedy: 'Pause it with lemming pause, or stop it, and try again.',
  });
}

function packOnce(disk: Disk, file: string, { skip, change, told }: PackWish): PackedOrg | null {
  const end = journalEnd(disk);
  const { files, others } = treeOf(disk, ORG_PARTS, (path) => skip?.(path) || isTemporary(path));
  const packed: PackedOrg = { files: 0, bytes: 0, left_out: others };
  const changed = change?.();
  let whole = true;
  function* read(): Generator<Packed> {
    for (const [i, path] of files.entries()) {
      told?.(i, files.length);
      const bytes = readWhole(disk, path);
      if (bytes === 'closed') packed.left_out.push(path);
      else if (bytes === null) whole = false;
      else for (const one of changed?.({ path, bytes }) ?? [{ path, bytes }]) yield count(one, packed);
    }
  }
  return pack(file, read(), () => whole && journalEnd(disk) === end) ? packed : null;
}

function count(one: Packed, packed: PackedOrg): Packed {
  packed.files++;
  packed.bytes += one.bytes.length;
  return one;
}

/** What an interrupted write left: temporary names of this program. */
function isTemporary(path: string): boolean {
  return path.slice(path.lastIndexOf('/') + 1).startsWith('.lemming');
}

/** null when the file went away meanwhile; `closed`: whoever packs may not read this file of a workspace. */
function readWhole(disk: Disk, path: string): Uint8Array | null | 'closed' {
  try {
    return disk.read(path, 'whole');
  } catch (error) {
    if (error instanceof DiskError && error.failure === 'not-regular') return null;
    if (error instanceof DiskError && error.failure === 'denied' && isOfPrograms(path)) return 'closed';
    throw error;
  }
}

/**
 * Checks what was unpacked before it takes anyone's place, and returns the turn it stands at. A torn tail is no fault: an
 * org may be packed while its engine writes. Throws `invalid-value` when it is no org, or the faults of its journal.
 */
export function checkUnpacked(disk: Disk, file: string, told?: Told): number {
  if (disk.stat('org/org.yaml')?.kind !== 'file')
    throw failure('invalid-value', `${file} holds no org/org.yaml: it is no archive of an organisation`);
  const { faults, torn } = verifyJournal(disk, told);
  if (faults.length > torn) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  return load(disk).state.turn;
}
