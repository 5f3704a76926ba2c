/** The lock by which only one engine works in a folder. */
import { failure } from '../../schema/fault.ts';
import type { Disk } from './disk.ts';
import { DiskError } from './disk.ts';

/** What identifies a process and a start of the machine. */
export interface Host {
  pid: number;
  /** Changes whenever the machine starts. */
  boot: string;
  name: string;
  /** When the process with that pid started, in the system's own unit; null if there is none. */
  startOf(pid: number): string | null;
  /** Device and inode of the org folder: a copied folder is not locked. */
  place: string;
}

interface LockOwner {
  pid: number;
  boot: string;
  start: string | null;
  host: string;
  place: string;
  command: string;
}

const FOLDER = '.lemming';
const NAME = /^lock\.(\d+)$/;

/** The lock while it is held. `number` is the fencing token: each holder gets a higher one. */
export interface Lock {
  number: number;
  /** False if a later holder took over, or the lock file is gone. */
  held(): boolean;
  release(): void;
}

/**
 * Takes the lock of the org. The highest `.lemming/lock.N` without a `lock.N.free` is the owner. The file is completed first
 * and then linked, so exactly one process gets a number and no half-written lock exists. The lock of a dead process, of an
 * earlier start of the machine or of another folder is taken over at once. Throws `locked`, which names the holder.
 */
export function takeLock(disk: Disk, host: Host, command: string): Lock {
  for (let tries = 0; tries < 1000; tries++) {
    const top = highest(disk);
    if (top && !top.free) {
      const owner = readOwner(disk, top.number);
      if (owner === 'gone') continue;
      if (owner && alive(owner, host))
        throw failure(
          'locked',
          `Another engine is running here: process ${owner.pid} on ${owner.host} (lemming ${owner.command})`,
          { value: String(owner.pid) },
        );
    }
    const number = (top?.number ?? 0) + 1;
    if (place(disk, host, number, command) && isTop(disk, number)) return holdLock(disk, number);
  }
  throw failure('locked', 'Other engines keep taking the lock');
}

/** The holder of the lock, if its process is alive. */
export function lockHolder(disk: Disk, host: Host): { pid: number; command: string } | null {
  const top = highest(disk);
  const owner = top && !top.free ? readOwner(disk, top.number) : null;
  return owner && owner !== 'gone' && alive(owner, host) ? { pid: owner.pid, command: owner.command } : null;
}

function highest(disk: Disk): { number: number; free: boolean } | null {
  const names = disk.list(FOLDER) ?? [];
  const numbers = names.map((name) => Number(NAME.exec(name)?.[1] ?? 0));
  const number = Math.max(0, ...numbers);
  return number ? { number, free: names.includes(`lock.${number}.free`) } : null;
}

/** `gone`: somebody removed the file in the meantime. Null: no engine wrote it. */
function readOwner(disk: Disk, number: number): LockOwner | 'gone' | null {
  const bytes = disk.read(`${FOLDER}/lock.${number}`);
  if (bytes === null) return 'gone';
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as LockOwner;
  } catch {
    return null;
  }
}

/**
 * Whether the number is still the highest. A process that slept since it looked may have been given a low number again, because
 * later holders removed the old files. The highest number is never removed, so a second look finds it.
 */
function isTop(disk: Disk, number: number): boolean {
  if (highest(disk)?.number === number) return true;
  disk.unlink(`${FOLDER}/lock.${number}`);
  return false;
}

/** Whether the owner may be alive. Processes of another machine are invisible from here, so its lock is respected. */
function alive(owner: LockOwner, host: Host): boolean {
  if (owner.place !== host.place) return false;
  if (owner.host !== host.name) return true;
  return owner.boot === host.boot && owner.start !== null && host.startOf(owner.pid) === owner.start;
}

function place(disk: Disk, host: Host, number: number, command: string): boolean {
  const owner: LockOwner = {
    pid: host.pid,
    boot: host.boot,
    start: host.startOf(host.pid),
    host: host.name,
    place: host.place,
    command,
  };
  const temp = `${FOLDER}/lock.tmp.${host.pid}`;
  disk.unlink(temp);
  disk.create(temp, JSON.stringify(owner));
  disk.syncFile(temp);
  try {
    disk.link(temp, `${FOLDER}/lock.${number}`);
    return true;
  } catch (error) {
    if (error instanceof DiskError && error.failure === 'exists') return false;
    throw error;
  } finally {
    disk.unlink(temp);
  }
}

function holdLock(disk: Disk, number: number): Lock {
  for (const name of disk.list(FOLDER) as string[]) {
    const other = /^lock\.(\d+)(\.free)?$/.exec(name)?.[1];
    if (other !== undefined && Number(other) < number) disk.unlink(`${FOLDER}/${name}`);
  }
  return {
    number,
    held: () => disk.stat(`${FOLDER}/lock.${number}`) !== null && disk.stat(`${FOLDER}/lock.${number + 1}`) === null,
    release: () => {
      try {
        disk.create(`${FOLDER}/lock.${number}.free`, '');
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
      }
    },
  };
}
