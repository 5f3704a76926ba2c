/**
 * What this machine knew of each journal file when an engine closed: its last seal, its size, and the mark of its version.
 * With it a start finds a file that was changed or shortened since, by looking at names and marks only: a file is read
 * again when its mark is another.
 */
import { crc32 } from 'node:zlib';
import type { Disk } from './disk.ts';
import { GENESIS, JOURNAL, journalPath, readJournalFile } from './journal.ts';

/** Bytes for each file: seal, size, checksum of its mark. A checksum of 0 means: look into it. */
const SEAL = 32;
const SIZE = 6;
const ROW = SEAL + SIZE + 4;

/** How a journal differs from what was known of it. */
export interface Difference {
  /** The file that is not as it was; of a way back the last file that is there. */
  file: number;
  /** `back`: it ends earlier, and up to there it is the same history, as after a checkout of an older commit. */
  how: 'changed' | 'back';
}

export class JournalMarks {
  private rows: Buffer;
  /** Files that are known: 1 to `count`. */
  count: number;
  /** Files whose marks are not known yet. */
  private readonly fresh = new Set<number>();

  /** `bytes`: what `bytes()` gave. Throws nothing; a length that cannot be is taken as far as it goes. */
  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.count = Math.floor(bytes.length / ROW);
    this.rows = Buffer.from(bytes.subarray(0, this.count * ROW));
  }

  /** A file has this seal at its end, after so many bytes. */
  note(file: number, seal: string, size: number): void {
    if (file > this.count + 1) return;
    this.count = Math.max(this.count, file);
    if (this.rows.length < this.count * ROW)
      this.rows = Buffer.concat([this.rows, Buffer.alloc(Math.max(64, this.count) * ROW)]);
    const at = (file - 1) * ROW;
    this.rows.fill(0, at, at + ROW);
    this.rows.write(seal, at, SEAL, 'base64url');
    this.rows.writeUIntLE(size, at + SEAL, SIZE);
    this.fresh.add(file);
  }

  /** Takes the marks of the files that were noted, and of the last two, which each start writes anew. */
  stamp(disk: Disk): void {
    for (const file of this.fresh.add(this.count).add(this.count - 1)) {
      if (file < 1) continue;
      const stat = disk.stat(journalPath(file));
      const same = stat !== null && stat.size === this.sizeOf(file);
      this.stampOne(file, same ? stat.mark : null);
    }
    this.fresh.clear();
  }

  private stampOne(file: number, mark: string | null): void {
    this.rows.writeUInt32LE(mark === null ? 0 : checksum(mark), (file - 1) * ROW + SEAL + SIZE);
  }

  bytes(): Buffer {
    return this.rows.subarray(0, this.count * ROW);
  }

  /** The first difference between what was known and what is there; null when the journal only grew. */
  difference(disk: Disk): Difference | null {
    const marks = new Map((disk.look(JOURNAL) ?? []).map(([name, { mark }]) => [`${JOURNAL}/${name}`, mark]));
    for (let file = 1; file <= this.count; file++) {
      const mark = marks.get(journalPath(file));
      if (mark === undefined) return { file: file - 1, how: this.isEnd(marks, file) ? 'back' : 'changed' };
      if (checksum(mark) === this.rows.readUInt32LE((file - 1) * ROW + SEAL + SIZE)) continue;
      const found = this.lookInto(disk, file);
      if (found === 'same') {
        if (file < this.count) this.stampOne(file, mark);
        continue;
      }
      return { file, how: found === 'shorter' && this.isEnd(marks, file + 1) ? 'back' : 'changed' };
    }
    return null;
  }

  /** No file from this one on is there. */
  private isEnd(marks: ReadonlyMap<string, string>, file: number): boolean {
    for (let n = file; n <= Math.max(file, this.count); n++) if (marks.has(journalPath(n))) return false;
    return true;
  }

  /** The groups of a file must follow the seal before it, and reach the seal that it had. Only the last one may have grown. */
  private lookInto(disk: Disk, file: number): 'same' | 'shorter' | 'other' {
    const read = readJournalFile(disk, file, file === 1 ? GENESIS : this.sealOf(file - 1));
    const size = this.sizeOf(file);
    if (read.faults.length) return 'other';
    const group = read.groups.find(({ end }) => end === size);
    const grown = file < this.count && read.size > size;
    if (group?.seal === this.sealOf(file) && !grown) return 'same';
    return read.size < size && read.good === read.size ? 'shorter' : 'other';
  }

  private sealOf(file: number): string {
    const at = (file - 1) * ROW;
    return this.rows.toString('base64url', at, at + SEAL);
  }

  private sizeOf(file: number): number {
    return this.rows.readUIntLE((file - 1) * ROW + SEAL, SIZE);
  }
}

/** Never 0. */
function checksum(mark: string): number {
  return crc32(mark) || 1;
}
