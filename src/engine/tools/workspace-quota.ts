/** Counts what a workspace holds, and refuses what does not fit. */
import type { Disk } from '../../disk/fs/disk.ts';
import { treeOf } from '../../disk/fs/tree.ts';

/** What a workspace may hold: bytes, and files and folders. */
export interface WorkspaceQuota {
  workspace: string;
  bytes: number;
  files: number;
}

/** What a workspace holds, or is to hold in addition. */
export interface WorkspaceUse {
  bytes: number;
  files: number;
}

/** Workspaces that were counted, by their disk. What people add since is counted when the room seems used up. */
const counted = new WeakMap<Disk, Map<string, WorkspaceUse>>();

/** Why so much more cannot be written; null when there is room. What only makes a workspace smaller is never refused. */
export function demandQuota(disk: Disk, room: WorkspaceQuota, more: WorkspaceUse): string | null {
  if (more.bytes <= 0 && more.files <= 0) return null;
  const fits = (held: WorkspaceUse): boolean =>
    held.bytes + more.bytes <= room.bytes && held.files + more.files <= room.files;
  const known = heldOf(disk).get(room.workspace);
  if (known && fits(known)) return null;
  const held = count(disk, room.workspace);
  if (fits(held)) return null;
  return `The workspace may hold ${room.bytes} bytes in ${room.files} files and folders; it holds ${held.bytes} in ${held.files}. Make room first.`;
}

/** Counts in what was written. */
export function noteWritten(disk: Disk, { workspace }: WorkspaceQuota, { bytes, files }: WorkspaceUse): void {
  const held = heldOf(disk).get(workspace);
  if (held) noteUse(disk, workspace, { bytes: held.bytes + bytes, files: held.files + files });
}

/** What a workspace was found to hold. */
export function noteUse(disk: Disk, workspace: string, held: WorkspaceUse): void {
  heldOf(disk).set(workspace, held);
}

function count(disk: Disk, workspace: string): WorkspaceUse {
  const { files } = treeOf(disk, [workspace], (path) => /\/\.lemming-[^/]*$/.test(path));
  const bytes = files.reduce((sum, path) => sum + (disk.stat(path)?.size ?? 0), 0);
  const held = { bytes, files: files.length };
  noteUse(disk, workspace, held);
  return held;
}

function heldOf(disk: Disk): Map<string, WorkspaceUse> {
  const held = counted.get(disk) ?? new Map<string, WorkspaceUse>();
  counted.set(disk, held);
  return held;
}
