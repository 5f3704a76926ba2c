/** Records what a read of the folder depended on, so that stats alone can later tell whether it would find the same. */
import { createHash } from 'node:crypto';
import { copyWith } from '../../schema/copy.ts';
import { GRAIN_MS } from './clock.ts';
import type { Disk, Stat } from './disk.ts';

/** A path, and whether its content counts or only its kind and permissions. */
export type Looked = [path: string, whole: boolean];

/** A disk that records what is read through it. Of a listed folder the names count, of a file its content. */
export class Trace {
  readonly disk: Disk;
  private readonly stats = new Map<string, Stat | null>();
  private readonly whole = new Set<string>();

  constructor(disk: Disk) {
    this.disk = copyWith(disk, {
      stat: (path) => {
        const stat = disk.stat(path);
        if (!this.stats.has(path)) this.stats.set(path, stat);
        return stat;
      },
      list: (path) => disk.list(this.note(path, disk)),
      look: (path) => disk.look(this.note(path, disk)),
      read: (path, how) => disk.read(this.note(path, disk), how),
    } satisfies Partial<Disk>);
  }

  /** Records what was there before it was read. */
  private note(path: string, disk: Disk): string {
    if (!this.stats.has(path)) this.stats.set(path, disk.stat(path));
    this.whole.add(path);
    return path;
  }

  /** Everything that was read. */
  looked(): Looked[] {
    return [...this.stats.keys()].map((path) => [path, this.whole.has(path)]);
  }

  /** Like `digestOf`, for the state at the time of reading. */
  digest(): string {
    return digestOf((path) => this.stats.get(path) ?? null, this.looked());
  }

  /** Whether the marks of everything whose content counts will show the next change. `start` is when the read began. */
  isSettled(start: number): boolean {
    return [...this.whole].every((path) => (this.stats.get(path)?.mtimeMs ?? 0) < start - GRAIN_MS);
  }
}

/** A digest that changes as soon as anything in the list does. */
export function digestOf(stat: (path: string) => Stat | null, looked: readonly Looked[]): string {
  const hash = createHash('sha256');
  for (const [path, whole] of looked) hash.update(`${answerOf(stat(path), whole)}\n`);
  return hash.digest('base64url');
}

function answerOf(stat: Stat | null, whole: boolean): string {
  if (stat === null) return '-';
  return whole ? `${stat.kind} ${stat.rights} ${stat.mark}` : `${stat.kind} ${stat.rights}`;
}
