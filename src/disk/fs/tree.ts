/** Walks and removes whole folders. */
import { byCodeUnit } from '../../schema/name.ts';
import { type Disk, DiskError } from './disk.ts';
import { isOfPrograms } from './open-folders.ts';

/** What lies under a folder: regular files, and what is neither file nor a folder that can be read (links, devices), each sorted by path. */
export interface FileTree {
  files: string[];
  others: string[];
}

/** Everything under some folders of a disk. Links are named and not followed. `skip` leaves out a file, or a folder with all in it. */
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
  // A name that is not valid text can be listed, but not looked at.
  if (NO_TEXT.test(path) && kind === undefined) tree.others.push(path);
  if (kind === undefined || (path !== '' && skip(path))) return;
  if (kind === 'file') tree.files.push(path);
  else if (kind !== 'folder' || isTooDeep(path, 2)) tree.others.push(path);
  else for (const name of namesIn(disk, path, tree)) look(disk, path === '' ? name : `${path}/${name}`, skip, tree);
}

/** A folder that its owner closed is named, and stands in nobody's way. */
function namesIn(disk: Disk, path: string, tree: FileTree): string[] {
  try {
    return disk.list(path) ?? [];
  } catch (error) {
    if (!(error instanceof DiskError) || error.failure !== 'denied' || !isOfPrograms(`${path}/.`)) throw error;
    tree.others.push(path);
    return [];
  }
}

/** Folders below one another, and bytes of a path, beyond which the system takes no path any more, or soon will not. */
const LEVELS = 100;
const PATH_BYTES = 1500;

/** Whether a path is so long that what lies below it may be out of reach; so many times the usual bounds. */
export function isTooDeep(path: string, times = 1): boolean {
  return (
    path.length > LEVELS && (path.split('/').length > LEVELS * times || Buffer.byteLength(path) > PATH_BYTES * times)
  );
}

/**
 * Removes a folder with everything in it, links themselves and not what they lead to. No error when it is absent. What lies
 * too deep is moved up first, piece by piece.
 */
export function removeTree(disk: Disk, folder: string): void {
  const parts = [folder];
  for (const part of parts) remove(disk, part, parts);
}

/** `parts`: the folder, and what of it was moved beside it. */
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

/** Removes files, and the folders that became empty by it; `stop` and what is above it stay. */
export function removeFiles(disk: Disk, paths: readonly string[], stop: (folder: string) => boolean): void {
  for (const path of paths) disk.unlink(path);
  const folders = new Set(paths.map(folderOf));
  for (const start of folders)
    for (let folder = start; folder !== '' && !stop(folder); folder = folderOf(folder)) disk.rmdir(folder);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Whether editors, sync tools or interrupted writes left the file: it is not a file of the org. */
export function isLeftover(name: string): boolean {
  return /^\.|~$|\.(swp|swx|tmp|bak|orig|part)$|^#.*#$|\.conflict-\d|\.conflict-old$|\.sync-conflict-|\(.*conflicted copy/i.test(
    name,
  );
}
