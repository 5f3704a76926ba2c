/** Lists what lies in a workspace, and repairs what cannot be used. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { isUnsearched } from '../../core/text/unsearched-folders.ts';
import { byCodeUnit } from '../../schema/name.ts';
import { isTooDeep } from '../fs/tree.ts';
import { NOBODY, type ProgramOwner } from './bubblewrap.ts';

/** The content of a workspace at one instant. */
export interface WorkspaceListing {
  /** Path in the workspace → a mark that changes with the content and that no program can set back. */
  files: Map<string, { mark: string; size: number }>;
  /** Bytes, and the number of files and folders, including those that are not listed. */
  bytes: number;
  count: number;
  /** Links and devices, names that are not text, and folders that cannot be read. */
  strange: number;
  /** The new places of folders that were nested too deeply. */
  moved: string[];
}

/** Lists at most that many entries. */
const ENTRIES = 200_000;
/** How many entries are read at the same time. */
const AT_ONCE = 64;

/**
 * Lists everything in a folder (an absolute path) and lets other work go on meanwhile. Links are counted and never followed.
 * `mend` opens what its owner closed and moves up folders that are nested too deeply, so that everybody can use them. It must
 * not be set while a program works there, because the program could replace anything by a link.
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

/** A subfolder; `hidden` if it is not listed, like everything in it. */
interface ListedFolder {
  at: string;
  hidden: boolean;
}

/** Counts what lies in a folder and returns its subfolders. */
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

/** Null if it disappeared. A file that its owner closed is opened, unless it has a second name elsewhere. */
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

/** A readable folder: in its place, or moved to the top if it is nested too deeply. */
async function usable(root: string, { at, hidden }: ListedFolder, seen: WorkspaceListing): Promise<ListedFolder> {
  await open(`${root}/${at}`, 0o700);
  if (!isTooDeep(at)) return { at, hidden };
  let name = '';
  for (let n = seen.moved.length + 1; name === ''; n++)
    if (!fs.existsSync(`${root}/${MOVED}${n}`)) name = `${MOVED}${n}`;
  try {
    await fs.promises.rename(`${root}/${at}`, `${root}/${name}`);
  } catch {
    return { at, hidden }; // it counts as strange
  }
  seen.moved.push(name);
  return { at: name, hidden: false };
}
const MOVED = 'too-deep-';

/** Adds missing rights of the owner. */
async function open(path: string, rights: number): Promise<void> {
  try {
    const { mode } = await fs.promises.lstat(path);
    if ((mode & rights) !== rights) await fs.promises.chmod(path, (mode & 0o777) | rights);
  } catch {
    // Not ours: it counts as strange.
  }
}

/** Bytes that are hashed before other work has its turn. */
const PIECE = 1_048_576;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** The hash of the first bytes of a regular file, in the form of `bytesHash`; null if it cannot be read. */
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

/** Whether tools accept the name (see `permitPath`). */
function isPlainName(name: string): boolean {
  return !/[\0-\x1f\x7f\\\ufffd]/.test(name) && name.length <= 200;
}

/** A program cannot set the time of the inode's last change. */
function markOf(stat: fs.Stats): string {
  return `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`;
}

/**
 * Whose rights a program in this workspace has if the engine is root: those of the folder's owner, or nobody's. Root's files in
 * it are given to that owner. Null: the engine is not root, and the program has the engine's rights.
 */
export async function ownerIn(folder: string): Promise<ProgramOwner | null> {
  if (process.getuid?.() !== 0) return null;
  const { uid, gid } = fs.lstatSync(folder);
  const owner = uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid, gid: gid === 0 ? uid : gid };
  const waiting = [folder];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) waiting.push(...(await give(path, owner)));
  return owner;
}

/**
 * Changes the owner of a folder and the files in it, and returns its subfolders. A file with a second name may also lie
 * elsewhere, so it stays with root.
 */
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
/** The path to the workspace does not count towards the nesting in it. */
const SLACK = 2;
