/** Measures workspaces and refuses what exceeds their quota. */
import type { Disk } from '../../disk/fs/disk.ts';
import { treeOf } from '../../disk/fs/tree.ts';

/** The quota of a workspace: bytes, and files and folders. */
export interface WorkspaceQuota {
  workspace: string;
  bytes: number;
  files: number;
  /** Workspaces that were measured. What people added since is measured when the quota seems used up. */
  counted: Map<string, WorkspaceUse>;
}

/** What a workspace holds, or is to hold in addition. */
export interface WorkspaceUse {
  bytes: number;
  files: number;
}

/** Why this addition cannot be written; null if it fits. What only makes a workspace smaller is never refused. */
export function demandQuota(disk: Disk, room: WorkspaceQuota, more: WorkspaceUse): string | null {
  if (more.bytes <= 0 && more.files <= 0) return null;
  const fits = (held: WorkspaceUse): boolean =>
    held.bytes + more.bytes <= room.bytes && held.files + more.files <= room.files;
  const known = room.counted.get(room.workspace);
  if (known && fits(known)) return null;
  const held = count(disk, room);
  if (fits(held)) return null;
  return `The workspace may contain ${room.bytes} bytes in ${room.files} files and folders; it contains ${held.bytes} in ${held.files}. Remove some first.`;
}

/** Adds what was written. */
export function noteWritten(room: WorkspaceQuota, { bytes, files }: WorkspaceUse): void {
  const held = room.counted.get(room.workspace);
  if (held) noteUse(room, { bytes: held.bytes + bytes, files: held.files + files });
}

/** Records the measured use of a workspace. */
export function noteUse({ counted, workspace }: WorkspaceQuota, held: WorkspaceUse): void {
  counted.set(workspace, held);
}

function count(disk: Disk, room: WorkspaceQuota): WorkspaceUse {
  const { files } = treeOf(disk, [room.workspace], (path) => /\/\.lemming-[^/]*$/.test(path));
  const bytes = files.reduce((sum, path) => sum + (disk.stat(path)?.size ?? 0), 0);
  const held = { bytes, files: files.length };
  noteUse(room, held);
  return held;
}
