import fs from 'node:fs';
import { isLeftOut } from '../core/left-out.ts';
import { byCodeUnit } from '../schema/name.ts';
import { NOBODY, type Owner } from './bubblewrap.ts';

/** What lies in a workspace at one instant. */
export interface Survey {
  /** Path in the workspace → a mark that changes with the content and that no program can set back. */
  files: Map<string, { mark: string; size: number }>;
  /** Bytes, and files and folders, in all; also of what is left out. */
  bytes: number;
  count: number;
  /** Links and devices, names that are no text, and folders into which nobody can look. */
  strange: number;
}

/** Looks no further than so many entries, and no deeper. */
const ENTRIES = 200_000;
const DEPTH = 100;

/** Looks at everything in a folder (an absolute path). Links are counted and never followed. */
export function survey(folder: string): Survey {
  const seen: Survey = { files: new Map(), bytes: 0, count: 0, strange: 0 };
  look(folder, '', 0, false, seen);
  return seen;
}

function look(root: string, at: string, depth: number, hidden: boolean, seen: Survey): void {
  for (const name of namesIn(`${root}/${at}`, seen)) {
    const path = at === '' ? name : `${at}/${name}`;
    const stat = fs.lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
    if (!stat || ++seen.count > ENTRIES) continue;
    const isHidden = hidden || isLeftOut(name);
    if (stat.isDirectory()) {
      if (depth < DEPTH) look(root, path, depth + 1, isHidden, seen);
      else seen.strange++;
      continue;
    }
    seen.bytes += stat.size;
    if (!stat.isFile() || !isPlainName(name)) seen.strange++;
    else if (!isHidden) seen.files.set(path, { mark: markOf(stat), size: stat.size });
  }
}

/** A folder that its owner closed is opened again: what is in it counts. */
function namesIn(folder: string, seen: Survey): string[] {
  for (const mend of [true, false])
    try {
      return fs.readdirSync(folder).sort(byCodeUnit);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      if (mend && code === 'EACCES') open(folder);
    }
  seen.strange++;
  return [];
}

function open(folder: string): void {
  try {
    fs.chmodSync(folder, 0o700);
  } catch {
    // Not ours: it is counted as strange.
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
export function ownerIn(folder: string): Owner | null {
  if (process.getuid?.() !== 0) return null;
  const { uid, gid } = fs.lstatSync(folder);
  const owner = uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid, gid: gid === 0 ? uid : gid };
  give(folder, owner);
  return owner;
}

/** A file with a second name may lie elsewhere too: it stays with root. */
function give(path: string, owner: Owner): void {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.uid === 0 && (stat.isDirectory() || stat.nlink === 1)) fs.lchownSync(path, owner.uid, owner.gid);
  if (stat.isDirectory()) for (const name of fs.readdirSync(path)) give(`${path}/${name}`, owner);
}
