/** Writes files of a workspace immediately, without losing an edit. */
import { NOTHING } from '../../core/model/tool.ts';
import { type Disk, isOfPlace } from './disk.ts';
import { beside, bytesHash, giveBack, keepAside, linkNew } from './materialise.ts';

/** Replaces a file of a private workspace atomically. */
export function replaceNow(disk: Disk, path: string, text: string | Uint8Array): void {
  const temp = beside(path, 'tmp');
  disk.unlink(temp);
  disk.create(temp, text);
  disk.rename(temp, path);
}

/** Creates a file atomically; false if the name is taken. */
export function createNow(disk: Disk, path: string, text: string | Uint8Array): boolean {
  const temp = beside(path, 'tmp');
  disk.unlink(temp);
  disk.create(temp, text);
  const isNew = linkNew(disk, temp, path);
  disk.unlink(temp);
  return isNew;
}

/** What an immediate write replaced. */
export interface Replaced {
  bytes: Uint8Array | null;
  /** Removes it for good. Call this once it is kept elsewhere. */
  release(): void;
}

/**
 * Writes a file of a workspace immediately. The existing file is moved aside first, so an edit that a person makes at that
 * instant is found, not overwritten. After a kill at any point the write simply runs again and still reports what it replaced:
 * until `release`, that file stays beside the new one, or a marker that there was none. `over` is the hash of the only content
 * that may be replaced, or `NOTHING`; if anything else is there it stays, and the result is null.
 */
export function writeLive(disk: Disk, path: string, text: string): Replaced;
export function writeLive(disk: Disk, path: string, text: string, over: string | undefined): Replaced | null;
export function writeLive(disk: Disk, path: string, text: string, over?: string): Replaced | null {
  const aside = beside(path, 'aside');
  const temp = beside(path, 'tmp');
  const fresh = beside(path, 'new');
  const release = (): void => {
    disk.unlink(aside);
    disk.unlink(fresh);
  };
  const cutOff = disk.stat(aside) !== null;
  disk.unlink(temp);
  if (!cutOff && disk.stat(fresh) !== null && sameText(disk.read(path), text)) return { bytes: null, release };
  if (cutOff && sameText(disk.read(path), text)) return { bytes: disk.read(aside), release };
  if (cutOff && disk.stat(path) !== null) keepAside(disk, aside, path, 'old');
  disk.create(temp, text);
  for (;;) {
    if (disk.stat(path) !== null) disk.rename(path, aside);
    else if (disk.stat(aside) === null && disk.stat(fresh) === null) disk.create(fresh, '');
    if (over !== undefined && hashAt(disk, aside) !== over) break;
    if (linkNew(disk, temp, path)) {
      disk.unlink(temp);
      return { bytes: disk.read(aside), release };
    }
  }
  giveBack(disk, aside, path, 'old');
  release();
  disk.unlink(temp);
  return null;
}

function hashAt(disk: Disk, path: string): string {
  const bytes = disk.read(path);
  return bytes === null ? NOTHING : bytesHash(bytes);
}

/**
 * Cleans up after a kill during a write that the journal already records. `was` and `is` are the hashes of what that write
 * replaced and what it wrote; null for nothing. If something else is there, a later write was cut off and needs it to run
 * again.
 */
export function tidyLive(disk: Disk, path: string, { was, is }: { was: string | null; is: string | null }): void {
  const aside = beside(path, 'aside');
  const steps = [
    () => tidyAside(disk, path, aside, { was, is }),
    () => was === null && disk.unlink(beside(path, 'new')),
    () => disk.unlink(beside(path, 'tmp')),
  ];
  for (const step of steps)
    try {
      step();
    } catch (error) {
      if (!isOfPlace(error)) throw error; // a folder with that name, or an unusable workspace, must not keep the engine from starting
    }
}

/**
 * Removes the file aside once the journal records it. If a later write was cut off after moving the earlier result aside, that
 * result is restored.
 */
function tidyAside(
  disk: Disk,
  path: string,
  aside: string,
  { was, is }: { was: string | null; is: string | null },
): void {
  const [stands, kept] = [hashAt(disk, path), hashAt(disk, aside)];
  if (kept === NOTHING) return;
  if (stands === NOTHING && kept === is) disk.rename(aside, path);
  else if ((stands === NOTHING || stands === is) && kept === was) disk.unlink(aside);
}

function sameText(bytes: Uint8Array | null, text: string): boolean {
  return bytes !== null && Buffer.from(bytes).toString() === text;
}
