/** Control groups (cgroups) that bound a program as a whole. */
import fs from 'node:fs';
import { realClock } from '../fs/clock.ts';
import { BOX_MEMORY, BOX_PROCESSES } from './bubblewrap.ts';

/** The kinds of limits, and the file that sets each. The processes of the sandbox itself are counted as well. */
const LIMITS = {
  pids: { v1: 'pids.max', v2: 'pids.max', value: BOX_PROCESSES + 16 },
  memory: { v1: 'memory.limit_in_bytes', v2: 'memory.max', value: BOX_MEMORY },
};
type Kind = keyof typeof LIMITS;

/** A folder of the kernel in which groups can be made, and the limits that can be set there. */
interface GroupFolder {
  folder: string;
  kinds: Kind[];
  version: 'v1' | 'v2';
}

let made = 0;

/** The control groups of one run of a program; everything in them is counted together. */
export class Groups {
  /** Files through which a process enters them. */
  readonly doors: string[];
  readonly folders: readonly string[];

  private constructor(folders: string[]) {
    this.folders = folders;
    this.doors = folders.map((folder) => `${folder}/cgroup.procs`);
  }

  /** Whether this process may make groups that count processes. Also removes groups that killed engines left behind. */
  static possible(): boolean {
    for (const { folder } of placesHere()) sweep(folder);
    const groups = Groups.make();
    for (const folder of groups?.folders ?? []) removeGroup(folder);
    return groups !== null;
  }

  /** Null if no groups can be made, or if they would not count processes. */
  static make(): Groups | null {
    const name = `lemming-${process.pid}-${++made}`;
    const folders: string[] = [];
    let counts = false;
    for (const place of placesHere()) {
      const folder = `${place.folder}/${name}`;
      const set = limitIn(folder, place);
      if (set.length === 0) continue;
      folders.push(folder);
      counts ||= set.includes('pids');
    }
    if (counts) return new Groups(folders);
    for (const folder of folders) removeGroup(folder);
    return null;
  }

  /** Call this when their processes have ended. */
  async remove(): Promise<void> {
    for (const folder of this.folders)
      for (let tries = 0; !removeGroup(folder) && tries < 100; tries++) await realClock.sleep(5);
  }
}

function sweep(folder: string): void {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  for (const name of names) {
    const pid = /^lemming-(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !fs.existsSync(`/proc/${pid}`)) removeGroup(`${folder}/${name}`);
  }
}

/** Makes a group and sets the limits it offers; without any, the group is removed again. */
function limitIn(folder: string, { kinds, version }: GroupFolder): Kind[] {
  try {
    fs.mkdirSync(folder);
  } catch {
    return [];
  }
  const set = kinds.filter((kind) => writes(`${folder}/${LIMITS[kind][version]}`, `${LIMITS[kind].value}`));
  if (set.length === 0) removeGroup(folder);
  return set;
}

/** Files of the kernel cannot be created: where a limit is not offered, writing fails. */
function writes(file: string, text: string): boolean {
  try {
    fs.writeFileSync(file, text, { flag: 'r+' });
    return true;
  } catch {
    return false;
  }
}

function removeGroup(folder: string): boolean {
  try {
    fs.rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** The groups of this process itself (proc(5), /proc/PID/cgroup). */
function placesHere(): GroupFolder[] {
  const lines = linesOf('/proc/self/cgroup').map((line) => line.split(':'));
  return lines.flatMap(([, names = '', path = '']): GroupFolder[] => {
    if (names === '') return [{ folder: `/sys/fs/cgroup${path}`, kinds: ['pids', 'memory'], version: 'v2' }];
    const kinds = (Object.keys(LIMITS) as Kind[]).filter((kind) => names.split(',').includes(kind));
    return kinds.length > 0 ? [{ folder: `/sys/fs/cgroup/${names}${path}`, kinds, version: 'v1' }] : [];
  });
}

function linesOf(file: string): string[] {
  try {
    return fs.readFileSync(file, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}
