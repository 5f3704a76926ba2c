/** Lists what lies in a workspace, and mends what nobody could use. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { isUnsearched } from '../../core/text/unsearched-folders.ts';
import { byCodeUnit } from '../../schema/name.ts';
import { isTooDeep } from '../fs/tree.ts';
import { NOBODY, type ProgramOwner } from './bubblewrap.ts';

/** What lies in a workspace at one instant. */
export interface WorkspaceListing {
  /** Path in the workspace → a mark that changes with the content and that no program can set back. */
  files: Map<string, { mark: string; size: number }>;
  /** Bytes, and files and folders, in all; also of what is left out. */
  bytes: number;
  count: number;
  /** Links and devices, names that are no text, and folders into which nobody can look. */
  strange: number;
  /** Where folders are now that lay too deep. */
  moved: string[];
}

/** Looks no further than so many entries. */
const ENTRIES = 200_000;
/** Entries that are asked for at the same time. */
const AT_ONCE = 64;

/**
 * Looks at everything in a folder (an absolute path), and gives way to others meanwhile. Links are counted and never
 * followed. `mend`: what its owner closed is opened, and folders that lie too deep are moved up, so that everybody can use
 * them; not while a program is at work there, which could put a link in the place of anything.
 */
export async function listWorkspace(folder: string, mend = false): Promise<WorkspaceListing> {
  const seen: WorkspaceListing = { files: new Map(), bytes: 0, count: 0, strange: 0, moved: [] };
  if (mend) await open(folder, 0o700);
  const waiting: ListedFolder[] = [{ at: '', hidden: false }];
  for (let place = waiting.pop(); place && seen.count <= ENTRIES; place = waiting.pop())
    for (const found of await look(folder, place, seen, mend))
      waiting.push(mend ? await usable(folder, found, seen) : found);
  return seen;
}

/** A folder in the one that is looked at; `hidden`: it is left out, with all in it. */
interface ListedFolder {
  at: string;
  hidden: boolean;
}

/** Counts what lies in a folder; returns the folders. */
async function look(
  root: string,
  { at, hidden }: ListedFolder,
  seen: WorkspaceListing,
  mend: boolean,
): Promise<ListedFolder[]> {
  if (isTooDeep(at)) {
    seen.strange++;
    return [];
  }
  const folders: ListedFolder[] = [];
  const names = await namesIn(`${root}/${at}`, seen);
  for (let i = 0; i < names.length && seen.count <= ENTRIES; i += AT_ONCE)
    await Promise.all(
      names.slice(i, i + AT_ONCE).map(async (name) => {
        const path = at === '' ? name : `${at}/${name}`;
        const stat = await statOf(`${root}/${path}`, mend);
        if (!stat) return;
        seen.count++;
        const isHidden = hidden || isUnsearched(name);
        if (stat.isDirectory()) folders.push({ at: path, hidden: isHidden });
        else note(seen, path, stat, isHidden);
      }),
    );
  return folders.sort((a, b) => byCodeUnit(b.at, a.at));
}

/** null: it is gone. A file that its owner closed is opened, unless it has a second name elsewhere. */
async function statOf(path: string, mend: boolean): Promise<fs.Stats | null> {
  try {
    const stat = await fs.promises.lstat(path);
    if (!mend || !stat.isFile() || stat.nlink > 1 || (stat.mode & 0o600) === 0o600) return stat;
    await open(path, 0o600);
    return await fs.promises.lstat(path);
  } catch {
    return null;
  }
}

function note(seen: WorkspaceListing, path: string, stat: fs.Stats, hidden: boolean): void {
  seen.bytes += stat.size;
  if (!stat.isFile() || !isPlainName(path.slice(path.lastIndexOf('/') + 1))) seen.strange++;
  else if (!hidden) seen.files.set(path, { mark: markOf(stat), size: stat.size });
}

async function namesIn(folder: string, seen: WorkspaceListing): Promise<string[]> {
  try {
    return (await fs.promises.readdir(folder)).sort(byCodeUnit);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') seen.strange++;
    return [];
  }
}

/** A folder that everybody can look into: at its place, or moved to the top when it lies too deep. */
async function usable(root: string, { at, hidden }: ListedFolder, seen: WorkspaceListing): Promise<ListedFolder> {
  await open(`${root}/${at}`, 0o700);
  if (!isTooDeep(at)) return { at, hidden };
  let name = '';
  for (let n = seen.moved.length + 1; name === ''; n++)
    if (!fs.existsSync(`${root}/${MOVED}${n}`)) name = `${MOVED}${n}`;
  try {
    await fs.promises.rename(`${root}/${at}`, `${root}/${name}`);
  } catch {
    return { at, hidden }; // is counted as strange
  }
  seen.moved.push(name);
  return { at: name, hidden: false };
}
const MOVED = 'too-deep-';

/** Adds rights of the owner that are missing. */
async function open(path: string, rights: number): Promise<void> {
  try {
    const { mode } = await fs.promises.lstat(path);
    if ((mode & rights) !== rights) await fs.promises.chmod(path, (mode & 0o777) | rights);
  } catch {
    // Not ours: it is counted as strange.
  }
}

/** Bytes that are hashed before others have their turn. */
const PIECE = 1_048_576;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** The hash of the first bytes of a regular file, as `bytesHash` makes it; null when it cannot be read. */
export async function hashOf(file: string, size: number): Promise<string | null> {
  try {
    const handle = await fs.promises.open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile()) return null;
      const hash = createHash('sha256');
      const piece = Buffer.allocUnsafe(PIECE);
      for (let at = 0; at < size; ) {
        const { bytesRead } = await handle.read(piece, 0, Math.min(PIECE, size - at), at);
        if (bytesRead === 0) break;
        hash.update(piece.subarray(0, bytesRead));
        at += bytesRead;
      }
      return hash.digest('base64url');
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

/** A name that tools can be given again (see `permitPath`). */
function isPlainName(name: string): boolean {
  return !/[\0-\x1f\x7f\\\ufffd]/.test(name) && name.length <= 200;
}

/** The time of the last change of the inode cannot be set by a program. */
function markOf(stat: fs.Stats): string {
  return `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`;
}

/**
 * Whose rights a program in this workspace has when the engine is root: those of the owner of the folder, or nobody's. What
 * belongs to root there is given to that owner. null: the engine is not root, and the program has the engine's rights.
 */
export async function ownerIn(folder: string): Promise<ProgramOwner | null> {
  if (process.getuid?.() !== 0) return null;
  const { uid, gid } = fs.lstatSync(folder);
  const owner = uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid, gid: gid === 0 ? uid : gid };
  const waiting = [folder];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) waiting.push(...(await give(path, owner)));
  return owner;
}

/** Gives away a folder and the files in it; returns the folders in it. A file with a second name may lie elsewhere too: it stays with root. */
async function give(folder: string, { uid, gid }: ProgramOwner): Promise<string[]> {
  if (isTooDeep(folder, SLACK)) return [];
  const folders: string[] = [];
  const stat = await fs.promises.lstat(folder);
  if (stat.uid === 0) await fs.promises.lchown(folder, uid, gid);
  for (const name of await fs.promises.readdir(folder)) {
    const path = `${folder}/${name}`;
    const found = await fs.promises.lstat(path).catch(() => null);
    if (found?.isDirectory()) folders.push(path);
    else if (found?.uid === 0 && found.nlink === 1) await fs.promises.lchown(path, uid, gid);
  }
  return folders;
}
/** The way to the workspace is no part of what lies too deep in it. */
const SLACK = 2;
