/**
 * What this machine knew of each journal file when an engine closed: its last seal, its size, and a mark of its version. With
 * it, a start detects that a file was changed or shortened by looking only at names and marks; a file is read again only if its
 * mark differs.
 */
import { crc32 } from 'node:zlib';
import type { Disk } from '../fs/disk.ts';
import { GENESIS, isNewer, JOURNAL, journalPath, readJournalFile } from './journal.ts';

/** The bytes of each row: seal, size, checksum of the mark, number. Checksum 0 means that the file must be read. */
const SEAL = 32;
const SIZE = 6;
const NUMBER = SEAL + SIZE + 4;
const ROW = NUMBER + 6;

/** How a journal differs from what was known of it. */
export interface JournalDifference {
  /** The file that differs; for `back`, the last existing file. */
  file: number;
  /** `back`: the journal ends earlier with the same history, as after a checkout of an older commit. */
  how: 'changed' | 'back';
}

export class JournalMarks {
  private rows: Buffer;
  /** How many files are known; their numbers increase. */
  count: number;
  /** Rows whose marks are not known yet. */
  private readonly fresh = new Set<number>();

  /** `bytes`: a result of `bytes()`. Never throws; an impossible length is read as far as it goes. */
  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.count = Math.floor(bytes.length / ROW);
    this.rows = Buffer.from(bytes.subarray(0, this.count * ROW));
  }

  /** Records that a file has this seal at its end, and that size. */
  note(file: number, seal: string, size: number): void {
    let row = this.count;
    while (row > 0 && this.fileOf(row - 1) >= file) row--;
    if (row === this.count) this.count++;
    if (this.rows.length < this.count * ROW)
      this.rows = Buffer.concat([this.rows, Buffer.alloc(Math.max(64, this.count) * ROW)]);
    const at = row * ROW;
    this.rows.fill(0, at, at + ROW);
    this.rows.write(seal, at, SEAL, 'base64url');
    this.rows.writeUIntLE(size, at + SEAL, SIZE);
    this.rows.writeUIntLE(file, at + NUMBER, ROW - NUMBER);
    this.fresh.add(row);
  }

  /** Records the marks of the files that were noted, and of the last two, which each start rewrites. */
  stamp(disk: Disk): void {
    for (const row of this.fresh.add(this.count - 1).add(this.count - 2)) {
      if (row < 0) continue;
      const stat = disk.stat(journalPath(this.fileOf(row)));
      const same = stat !== null && stat.size === this.sizeOf(row);
      this.stampOne(row, same ? stat.mark : null);
    }
    this.fresh.clear();
  }

  private stampOne(row: number, mark: string | null): void {
    this.rows.writeUInt32LE(mark === null ? 0 : checksum(mark), row * ROW + SEAL + SIZE);
  }

  bytes(): Buffer {
    return this.rows.subarray(0, this.count * ROW);
  }

  /** Whether the other marks describe the same files in the same state, regardless of when they were examined. */
  agreesWith(other: JournalMarks): boolean {
    const facts = (row: Buffer): Buffer => Buffer.concat([row.subarray(0, SEAL + SIZE), row.subarray(NUMBER)]);
    const rowsOf = (marks: JournalMarks): Buffer[] =>
      Array.from({ length: marks.count }, (_, row) => facts(marks.rows.subarray(row * ROW, (row + 1) * ROW)));
    return Buffer.concat(rowsOf(this)).equals(Buffer.concat(rowsOf(other)));
  }

  /** The first difference between the known and the present journal; null if it only grew. */
  difference(disk: Disk): JournalDifference | null {
    const marks = new Map((disk.look(JOURNAL) ?? []).map(([name, { mark }]) => [`${JOURNAL}/${name}`, mark]));
    for (let row = 0; row < this.count; row++) {
      const file = this.fileOf(row);
      const mark = marks.get(journalPath(file));
      const before = row === 0 ? 0 : this.fileOf(row - 1);
      if (mark === undefined) return { file: before, how: isEnd(marks, before) ? 'back' : 'changed' };
      if (checksum(mark) === this.rows.readUInt32LE(row * ROW + SEAL + SIZE)) continue;
      const found = this.lookInto(disk, row);
      if (found === 'same') {
        if (row < this.count - 1) this.stampOne(row, mark);
        continue;
      }
      return { file, how: found === 'shorter' && isEnd(marks, file) ? 'back' : 'changed' };
    }
    return null;
  }

  /** Checks that the groups of a file follow the seal before it and reach its known seal. Only the last file may have grown. */
  private lookInto(disk: Disk, row: number): 'same' | 'shorter' | 'other' {
    const read = readJournalFile(disk, this.fileOf(row), row === 0 ? GENESIS : this.sealOf(row - 1));
    const size = this.sizeOf(row);
    if (!read.faults.every(isNewer)) return 'other';
    const group = read.groups.find(({ end }) => end === size);
    const grown = row < this.count - 1 && read.size > size;
    if (group?.seal === this.sealOf(row) && !grown) return 'same';
    return read.size < size && read.good === read.size ? 'shorter' : 'other';
  }

  private fileOf(row: number): number {
    return this.rows.readUIntLE(row * ROW + NUMBER, ROW - NUMBER);
  }

  private sealOf(row: number): string {
    const at = row * ROW;
    return this.rows.toString('base64url', at, at + SEAL);
  }

  private sizeOf(row: number): number {
    return this.rows.readUIntLE(row * ROW + SEAL, SIZE);
  }
}

/** Whether no journal file follows that one. */
function isEnd(marks: ReadonlyMap<string, string>, file: number): boolean {
  return ![...marks.keys()].some((path) => Number(/(\d{6,})\.jsonl$/.exec(path)?.[1] ?? 0) > file);
}

/** Never 0. */
function checksum(mark: string): number {
  return crc32(mark) || 1;
}
