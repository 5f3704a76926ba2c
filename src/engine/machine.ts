/** The machine on which an organisation lies, as commands and engines use it: folders, clock and owners. */

import { realKept } from '../disk/cache/cache-key.ts';
import type { KeptFiles } from '../disk/cache/kept.ts';
import { type Clock, realClock } from '../disk/fs/clock.ts';
import type { Disk } from '../disk/fs/disk.ts';
import { realHost } from '../disk/fs/host.ts';
import type { Host } from '../disk/fs/lock.ts';
import { realDisk } from '../disk/fs/real.ts';
import type { Owners } from '../disk/owner/owner.ts';
import type { Env } from '../schema/env.ts';

/** The folders, clock and processes of a machine. Tests use one whose folders are in memory. */
export interface Machine {
  /** The files below a folder, which is an absolute path and need not exist. */
  disk(folder: string): Disk;
  /** This process on this machine, for the lock of the organisation at `root`. */
  host(root: string): Host;
  /** The files in `.lemming/`, which only save time. `disk`: that of `root`, if it is open. */
  kept(root: string, env: Env, disk?: Disk): KeptFiles;
  clock: Clock;
  /** The owners that have been looked up on this machine. */
  owners: Owners;
}

/** The machine on which this process runs. */
export const realMachine: Machine = {
  disk: realDisk,
  host: realHost,
  kept: realKept,
  clock: realClock,
  owners: new WeakMap(),
};
