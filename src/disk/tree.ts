import { byCodeUnit } from '../schema/name.ts';
import type { Disk } from './disk.ts';

/** What lies under a folder: regular files, and what is neither file nor folder (links, devices), each sorted by path. */
export interface Tree {
  files: string[];
  others: string[];
}

/** Everything under some folders of a disk. Links are named and not followed. `skip` leaves out a file, or a folder with all in it. */
export function treeOf(disk: Disk, folders: readonly string[], skip: (path: string) => boolean = () => false): Tree {
  const tree: Tree = { files: [], others: [] };
  for (const folder of folders) look(disk, folder, skip, tree);
  tree.files.sort(byCodeUnit);
  tree.others.sort(byCodeUnit);
  return tree;
}

function look(disk: Disk, path: string, skip: (path: string) => boolean, tree: Tree): void {
  const kind = path === '' ? 'folder' : disk.stat(path)?.kind;
  if (kind === undefined || (path !== '' && skip(path))) return;
  if (kind === 'file') tree.files.push(path);
  else if (kind !== 'folder') tree.others.push(path);
  else for (const name of disk.list(path) ?? []) look(disk, path === '' ? name : `${path}/${name}`, skip, tree);
}

/** Removes a folder with everything in it, links themselves and not what they lead to. No error when it is absent. */
export function removeTree(disk: Disk, folder: string): void {
  const kind = disk.stat(folder)?.kind;
  if (kind === undefined) return;
  if (kind !== 'folder') {
    disk.unlink(folder);
    return;
  }
  for (const name of disk.list(folder) ?? []) removeTree(disk, `${folder}/${name}`);
  disk.rmdir(folder);
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

/** What editors, sync tools and interrupted writes leave behind: no file of the org. */
export function isLeftover(name: string): boolean {
  return /^\.|~$|\.(swp|swx|tmp|bak|orig|part)$|^#.*#$|\.conflict-\d|\.conflict-old$|\.sync-conflict-|\(.*conflicted copy/i.test(
    name,
  );
}
