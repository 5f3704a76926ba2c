/** The machine that an organisation lies on, as commands and engines reach it: its folders, its clock, who runs on it. */

import { realKept } from '../disk/cache/cache-key.ts';
import type { KeptFiles } from '../disk/cache/kept.ts';
import { type Clock, realClock } from '../disk/fs/clock.ts';
import type { Disk } from '../disk/fs/disk.ts';
import { realHost } from '../disk/fs/host.ts';
import type { Host } from '../disk/fs/lock.ts';
import { realDisk } from '../disk/fs/real.ts';
import type { Owners } from '../disk/owner/owner.ts';
import type { Env } from '../schema/env.ts';

/** Folders, clock and processes of a machine. Tests give one whose folders are in memory. */
export interface Machine {
  /** The files below a folder. `folder`: an absolute path; it need not exist. */
  disk(folder: string): Disk;
  /** This process on this machine, for the lock of the organisation at `root`. */
  host(root: string): Host;
  /** What is kept in `.lemming/` only for speed. `disk`: that of `root`, where it is open. */
  kept(root: string, env: Env, disk?: Disk): KeptFiles;
  clock: Clock;
  /** The owners of the machine that were asked so far. */
  owners: Owners;
}

/** The machine that this process runs on. */
export const realMachine: Machine = {
  disk: realDisk,
  host: realHost,
  kept: realKept,
  clock: realClock,
  owners: new WeakMap(),
};
