/** Walks and removes folder trees. */
import { byCodeUnit } from '../../schema/name.ts';
import { type Disk, DiskError } from './disk.ts';
import { isOfPrograms } from './open-folders.ts';

/**
 * The content of a folder: regular files, and everything that is neither a file nor a readable folder (links, devices), each
 * sorted by path.
 */
export interface FileTree {
  files: string[];
  others: string[];
}

/**
 * Everything below some folders of a disk. Links are listed and not followed. `skip` leaves out a file, or a folder with
 * everything in it.
 */
export function treeOf(
  disk: Disk,
  folders: readonly string[],
  skip: (path: string) => boolean = () => false,
): FileTree {
  const tree: FileTree = { files: [], others: [] };
  for (const folder of folders) look(disk, folder, skip, tree);
  tree.files.sort(byCodeUnit);
  tree.others.sort(byCodeUnit);
  return tree;
}

const NO_TEXT = /\ufffd[^/]*$/;

function look(disk: Disk, path: string, skip: (path: string) => boolean, tree: FileTree): void {
  const kind = path === '' ? 'folder' : disk.stat(path)?.kind;
  // A name that is not valid text can be listed, but not opened.
  if (NO_TEXT.test(path) && kind === undefined) tree.others.push(path);
  if (kind === undefined || (path !== '' && skip(path))) return;
  if (kind === 'file') tree.files.push(path);
  else if (kind !== 'folder' || isTooDeep(path, 2)) tree.others.push(path);
  else for (const name of namesIn(disk, path, tree)) look(disk, path === '' ? name : `${path}/${name}`, skip, tree);
}

/** A folder that its owner closed is listed and does not stop the walk. */
function namesIn(disk: Disk, path: string, tree: FileTree): string[] {
  try {
    return disk.list(path) ?? [];
  } catch (error) {
    if (!(error instanceof DiskError) || error.failure !== 'denied' || !isOfPrograms(`${path}/.`)) throw error;
    tree.others.push(path);
    return [];
  }
}

/** The nesting, and the bytes of a path, beyond which the system rejects paths or soon will. */
const LEVELS = 100;
const PATH_BYTES = 1500;

/** Whether a path is so long that what lies below it may be out of reach. `times` multiplies the limits. */
export function isTooDeep(path: string, times = 1): boolean {
  return (
    path.length > LEVELS && (path.split('/').length > LEVELS * times || Buffer.byteLength(path) > PATH_BYTES * times)
  );
}

/**
 * Removes a folder with everything in it. Links are removed, not what they lead to. An absent folder is no error. What is
 * nested too deeply is moved up first, piece by piece.
 */
export function removeTree(disk: Disk, folder: string): void {
  const parts = [folder];
  for (const part of parts) remove(disk, part, parts);
}

/** `parts`: the folder, and the pieces of it that were moved beside it. */
function remove(disk: Disk, path: string, parts: string[]): void {
  const kind = disk.stat(path)?.kind;
  if (kind === undefined) return;
  if (kind !== 'folder') disk.unlink(path);
  else if (isTooDeep(path, 2)) {
    const place = `${parts[0]}.deep-${parts.length}`;
    disk.rename(path, place);
    parts.push(place);
  } else {
    for (const name of disk.list(path) ?? []) remove(disk, `${path}/${name}`, parts);
    disk.rmdir(path);
  }
}

/** Removes files, and the folders that became empty; `stop` and the folders above it stay. */
export function removeFiles(disk: Disk, paths: readonly string[], stop: (folder: string) => boolean): void {
  for (const path of paths) disk.unlink(path);
  const folders = new Set(paths.map(folderOf));
  for (const start of folders)
    for (let folder = start; folder !== '' && !stop(folder); folder = folderOf(folder)) disk.rmdir(folder);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Whether the file was left by an editor, a sync tool or an interrupted write, and so does not belong to the org. */
export function isLeftover(name: string): boolean {
  return /^\.|~$|\.(swp|swx|tmp|bak|orig|part)$|^#.*#$|\.conflict-\d|\.conflict-old$|\.sync-conflict-|\(.*conflicted copy/i.test(
    name,
  );
}
