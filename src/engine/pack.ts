import { type Packed, pack } from '../disk/pack.ts';
import { DiskError, type Disk } from '../disk/disk.ts';
import { treeOf } from '../disk/tree.ts';
import { failure } from '../schema/fault.ts';
import { journalEnd } from './replay.ts';

/** What an organisation consists of, and the two files that make it a good repository. Backups, caches and all else at the top stay out. */
export const ORG_PARTS = ['.gitattributes', '.gitignore', 'agents', 'org'];

/** Whether a path may stand in an archive of an org. */
export function isOrgPath(path: string): boolean {
  return /^(\.gitattributes|\.gitignore|(agents|org)\/.+)$/.test(path) && !path.split('/').includes('.lemming');
}

/** What was packed. `left_out`: links and devices. */
export interface PackedOrg {
  files: number;
  bytes: number;
  left_out: string[];
}

/** How often packing starts again because an engine went on meanwhile. */
const TRIES = 10;

/**
 * Packs the files of an org into a canonical archive at `file` (absolute). While an engine works it is packed at an instant
 * between two journal lines, as a crash would leave it. `change` gives other bytes for a file, `skip` leaves files out.
 */
export function packOrg(disk: Disk, file: string, skip: (path: string) => boolean = () => false, change: (files: Packed[]) => Packed[] = (files) => files): PackedOrg {
  for (let left = TRIES; left > 0; left--) {
    const end = journalEnd(disk);
    const tree = treeOf(disk, ORG_PARTS, (path) => skip(path) || isTemporary(path));
    const files = readFiles(disk, tree.files);
    if (!files || journalEnd(disk) !== end) continue;
    const changed = change(files);
    pack(file, changed);
    return { files: changed.length, bytes: changed.reduce((sum, { bytes }) => sum + bytes.length, 0), left_out: tree.others };
  }
  throw failure('locked', 'The engine here writes all the time', { remedy: 'Pause it with lemming pause, or stop it, and try again.' });
}

/** What an interrupted write left: temporary names of this program. */
function isTemporary(path: string): boolean {
  return path.slice(path.lastIndexOf('/') + 1).startsWith('.lemming');
}

/** null when a file went away or could not be read whole meanwhile. */
function readFiles(disk: Disk, paths: readonly string[]): Packed[] | null {
  const files: Packed[] = [];
  for (const path of paths) {
    const bytes = readWhole(disk, path);
    if (bytes === null) return null;
    files.push({ path, bytes });
  }
  return files;
}

function readWhole(disk: Disk, path: string): Uint8Array | null {
  try {
    return disk.read(path);
  } catch (error) {
    if (error instanceof DiskError && error.failure === 'not-regular') return null;
    throw error;
  }
}
