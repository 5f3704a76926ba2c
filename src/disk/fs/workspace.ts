/** Writes files of a workspace at once, without losing an edit. */
import { NOTHING } from '../../core/model/tool.ts';
import { type Disk, isOfPlace } from './disk.ts';
import { beside, bytesHash, giveBack, keepAside, linkNew } from './materialise.ts';

/** Replaces a file of a private workspace at once: complete or not at all. */
export function replaceNow(disk: Disk, path: string, text: string | Uint8Array): void {
  const temp = beside(path, 'tmp');
  disk.unlink(temp);
  disk.create(temp, text);
  disk.rename(temp, path);
}

/** Makes a file at once: complete or not at all. False when the name is taken. */
export function createNow(disk: Disk, path: string, text: string | Uint8Array): boolean {
  const temp = beside(path, 'tmp');
  disk.unlink(temp);
  disk.create(temp, text);
  const isNew = linkNew(disk, temp, path);
  disk.unlink(temp);
  return isNew;
}

/** What a live write found at its place. */
export interface Replaced {
  bytes: Uint8Array | null;
  /** Removes it for good: call it once it is kept elsewhere. */
  release(): void;
}

/**
 * Writes a file of a workspace at once. What stands there is moved aside first, so that an edit a person makes at that very
 * instant is found, not overwritten. After a kill at any point it is simply done again, and still tells what stood there: until its
 * release that stays beside the file, or a mark that nothing stood there. `over`: the hash of what alone may give
 * way, or `NOTHING`; null: something else stands there, and stays.
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
 * What a kill left beside a file whose write the journal holds already. `was` and `is`: the hashes of what that write replaced and of
 * what it wrote; null for nothing. Where something else lies, a later write was cut off, and finds there what it needs to be done again.
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
      if (!isOfPlace(error)) throw error; // a folder of that name, or a workspace that cannot be used, keeps nobody from starting
    }
}

/** Removes what the journal holds. A later write that was cut off has put aside what the earlier one wrote: it goes back. */
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
