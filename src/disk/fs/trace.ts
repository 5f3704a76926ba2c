/** Records what a reading of the folder looked at, so that looking alone can later tell whether it would find the same. */
import { createHash } from 'node:crypto';
import { copyWith } from '../../schema/copy.ts';
import { GRAIN_MS } from './clock.ts';
import type { Disk, Stat } from './disk.ts';

/** A path, and whether its content counts, or only what is there and who may use it. */
export type Looked = [path: string, whole: boolean];

/** A disk that records what it is asked. Of a listed folder the names count, of a file that is read its content. */
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

  /** What was there before somebody looked into it. */
  private note(path: string, disk: Disk): string {
    if (!this.stats.has(path)) this.stats.set(path, disk.stat(path));
    this.whole.add(path);
    return path;
  }

  /** All that was looked at. */
  looked(): Looked[] {
    return [...this.stats.keys()].map((path) => [path, this.whole.has(path)]);
  }

  /** As `digestOf`, of what was there when it was looked at. */
  digest(): string {
    return digestOf((path) => this.stats.get(path) ?? null, this.looked());
  }

  /** Whether the marks of all whose content counts will tell the next change. `start`: when the reading began. */
  isSettled(start: number): boolean {
    return [...this.whole].every((path) => (this.stats.get(path)?.mtimeMs ?? 0) < start - GRAIN_MS);
  }
}

/** Another one as soon as any of it is another. */
export function digestOf(stat: (path: string) => Stat | null, looked: readonly Looked[]): string {
  const hash = createHash('sha256');
  for (const [path, whole] of looked) hash.update(`${answerOf(stat(path), whole)}\n`);
  return hash.digest('base64url');
}

function answerOf(stat: Stat | null, whole: boolean): string {
  if (stat === null) return '-';
  return whole ? `${stat.kind} ${stat.rights} ${stat.mark}` : `${stat.kind} ${stat.rights}`;
}
