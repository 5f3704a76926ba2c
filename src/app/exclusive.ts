/** Works on a folder while no engine can run there. */
import type { Clock } from '../disk/fs/clock.ts';
import type { Disk } from '../disk/fs/disk.ts';
import { takeLock } from '../disk/fs/lock.ts';
import { removeTree } from '../disk/fs/tree.ts';
import { type Loaded, load } from '../engine/journal/load.ts';
import { failure } from '../schema/fault.ts';
import type { OrgPlace } from './place.ts';
import { withEngine } from './run-engine.ts';

/** Works on a folder while no engine can run there. Throws `locked`, naming the holder. */
export function withLock<T>(place: OrgPlace, command: string, work: (disk: Disk) => T): T {
  const disk = place.machine.disk(place.root);
  const lock = takeLock(disk, place.machine.host(place.root), command);
  try {
    return work(disk);
  } finally {
    lock.release();
  }
}

/**
 * Works on an org between two turns. The files of an interrupted turn are completed first, and the journal continues with the
 * file of the coming turn. Throws `locked` while an engine runs or a turn waits to be finished.
 */
export async function betweenTurns<T>(
  place: OrgPlace,
  command: string,
  work: (disk: Disk, loaded: Loaded) => T,
): Promise<T> {
  await withEngine(place, command, async () => {});
  return withLock(place, command, (disk) => {
    const loaded = load(disk, place.machine.kept(place.root, place.env, disk));
    if (loaded.unfinished || loaded.undone)
      throw failure('locked', 'The last turn was interrupted. Finish it first with lemming run-once');
    loaded.journal.turnTo(loaded.state.clock.turn + 1);
    try {
      return work(disk, loaded);
    } finally {
      loaded.journal.close();
    }
  });
}

/** Deletes all caches except the named ones. Locks stay. */
export function dropCaches(disk: Disk, kept: readonly string[] = []): void {
  const stays = (name: string): boolean => /^lock\./.test(name) || kept.includes(name);
  for (const name of disk.list('.lemming') ?? []) if (!stays(name)) removeTree(disk, `.lemming/${name}`);
}

/** The first free path for a backup: `backups/<what>-<turn>-<n>.tgz`, or `.../org.tgz` in a folder of its own. */
export function backupPath(disk: Disk, what: string, turn: number, rest = '.tgz'): string {
  for (let n = 1; ; n++)
    if (disk.stat(`backups/${what}-${turn}-${n}${rest.split('/')[0]}`) === null)
      return `backups/${what}-${turn}-${n}${rest}`;
}

/** A new folder in `.lemming/` for temporary work, on the same file system as the org. */
export function workFolder(clock: Clock, what: string): string {
  return `.lemming/${what}-${clock.token()}`;
}
