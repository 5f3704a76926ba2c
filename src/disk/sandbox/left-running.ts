/** Ends programs that outlived an engine that was killed. */
import fs from 'node:fs';
import type { KeptFiles } from '../cache/kept.ts';
import { realHost } from '../fs/host.ts';
import type { Host } from '../fs/lock.ts';
import { realDisk } from '../fs/real.ts';

/**
 * Programs that an engine started and was killed before it could end. Before a program does anything, it is noted by what no
 * other process ever has (process id, start time, and boot id) and by its control groups. The note is a kept file: a note that
 * was not made on this machine for this folder ends nothing.
 */
const NOTES = 'programs';
const FOLDER = `.lemming/${NOTES}`;

/** Identifies a process uniquely. */
interface ProcessIdentity {
  pid: number;
  start: string;
}

interface Note {
  boot: string;
  /** The process that started it. While that is alive, it takes care of the program itself. */
  by: ProcessIdentity;
  program: ProcessIdentity;
  groups: { folder: string; inode: number }[];
}

let notes = 0;

/** An organisation, and its kept files. */
export interface Home {
  root: string;
  kept: KeptFiles;
}

/** Notes a program of an org. The returned function removes the note; call it when the program has ended. */
export function noteRunning({ root, kept }: Home, pid: number | undefined, groups: readonly string[] = []): () => void {
  const host = realHost(root);
  const [by, program] = [knownAs(host, process.pid), knownAs(host, pid ?? 0)];
  if (!by || !program) return () => {};
  const note: Note = {
    boot: host.boot,
    by,
    program,
    groups: groups.map((folder) => ({ folder, inode: fs.statSync(folder).ino })),
  };
  const disk = realDisk(root);
  const name = `${NOTES}/${process.pid}-${++notes}-${by.start}.json`;
  kept.write(name, '', JSON.stringify(note));
  return () => {
    kept.drop(name);
    for (const folder of [FOLDER, '.lemming']) disk.rmdir(folder); // removed once they are empty
  };
}

/** Ends what killed engines of an org left running, and returns the number of programs. */
export function endLeft({ root, kept }: Home): number {
  const disk = realDisk(root);
  const names = disk.list(FOLDER) ?? [];
  const host = names.length > 0 ? realHost(root) : null;
  return host === null ? 0 : names.filter((name) => endOne(kept, host, `${NOTES}/${name}`)).length;
}

function endOne(kept: KeptFiles, host: Host, name: string): boolean {
  const note = readNote(kept, name);
  const isOurs = note?.boot === host.boot;
  if (note && isOurs && isThere(host, note.by)) return false;
  kept.drop(name);
  if (!note || !isOurs) return false;
  const members = note.groups.flatMap(({ folder, inode }) => membersOf(folder, inode));
  const left = isThere(host, note.program) ? [-note.program.pid, note.program.pid] : [];
  return [...left, ...members].map(end).includes(true);
}

/** Null if no engine wrote the note. */
function readNote(kept: KeptFiles, name: string): Note | null {
  const found = kept.read(name);
  return found && (JSON.parse(found.bytes.toString()) as Note);
}

function knownAs(host: Host, pid: number): ProcessIdentity | null {
  const start = pid > 1 ? host.startOf(pid) : null;
  return start === null ? null : { pid, start };
}

function isThere(host: Host, { pid, start }: ProcessIdentity): boolean {
  return host.startOf(pid) === start;
}

/** The processes in a control group, if it is still the same group. */
function membersOf(folder: string, inode: number): number[] {
  try {
    if (fs.statSync(folder).ino !== inode || !/\/lemming-\d+-\d+$/.test(folder)) return [];
    const text = fs.readFileSync(`${folder}/cgroup.procs`, 'utf8');
    return text
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 1);
  } catch {
    return [];
  }
}

function end(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false; // it has ended
  }
}
