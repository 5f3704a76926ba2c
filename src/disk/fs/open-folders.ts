/** Holds folders open so that no link can replace them. */
import fs from 'node:fs';
import { DiskError } from './disk.ts';

const { O_RDONLY, O_NOFOLLOW, O_DIRECTORY } = fs.constants;

/** Linux lists the folders that a process holds open by number, with their real location. */
const HELD = fs.existsSync('/proc/self/fd');

/** Whether a path lies below a folder that programs of agents can change at any instant. */
export function isOfPrograms(path: string): boolean {
  return /^agents\/[^/]+\/workspace\/./.test(path) && HELD;
}

/** Passes on a path that leads to the folder even if its name is changed in the meantime. */
export type Hold = <T>(folder: string, call: (folder: string) => T) => T;

/** Opens folders below `root` and makes sure that each is the intended one. */
export function holder(root: string): Hold {
  return (folder, call) => {
    const held = new OpenFolder(root, folder);
    try {
      held.prove();
      return call(held.path);
    } finally {
      held.close();
    }
  };
}

/**
 * The same for repeated reads: the last folder stays open until the program turns to something else. Its place is proven before
 * each read nevertheless.
 */
export function looker(root: string): Hold {
  let kept: OpenFolder | null = null;
  let ends = false;
  const close = (): void => {
    kept?.close();
    kept = null;
  };
  const closeSoon = (): void => {
    if (ends) return;
    ends = true;
    setImmediate(() => {
      ends = false;
      close();
    });
  };
  return (folder, call) => {
    if (kept?.folder !== folder || !kept.isStillThere()) {
      close();
      kept = new OpenFolder(root, folder);
      closeSoon();
      kept.prove();
    }
    return call(kept.path);
  };
}

/** A folder that is held open. */
class OpenFolder {
  readonly folder: string;
  readonly path: string;
  private readonly fd: number;
  private readonly name: string;
  private readonly place: string;
  private self: fs.Stats | null = null;

  constructor(root: string, folder: string) {
    this.folder = folder;
    this.name = `${root}/${folder}`;
    this.place = `${realRoot(root)}/${folder}`;
    this.fd = openFolder(this.name, folder);
    this.path = `/proc/self/fd/${this.fd}`;
  }

  /** After the first proof: whether the name still leads to this very folder. Cheaper than the proof. */
  isStillThere(): boolean {
    this.self ??= fs.fstatSync(this.fd);
    const found = fs.lstatSync(this.name, { throwIfNoEntry: false });
    return found?.ino === this.self.ino && found.dev === this.self.dev;
  }

  prove(): void {
    if (fs.readlinkSync(this.path) !== this.place)
      throw new DiskError('not-regular', this.folder, 'the path contains a link, and LeMMing does not follow links');
  }

  close(): void {
    fs.closeSync(this.fd);
  }
}

/** The system does not open a link as a folder. */
function openFolder(path: string, folder: string): number {
  try {
    return fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    const isLink = fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR' && isLink)
      throw new DiskError('not-regular', folder, 'this is a link, and LeMMing does not follow links');
    throw error;
  }
}

/** The org folder with all links resolved; it does not move while a process works in it. */
function realRoot(root: string): string {
  const known = realRoots.get(root) ?? fs.realpathSync(root);
  realRoots.set(root, known);
  return known;
}
const realRoots = new Map<string, string>();
