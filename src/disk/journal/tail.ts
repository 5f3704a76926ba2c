/** Reads a journal while another process writes it. */
import type { Entry } from '../../core/model/entry.ts';
import type { Disk } from '../fs/disk.ts';
import { Compact } from './compact.ts';
import { GENESIS, journalPath, NextFile, readJournalFile, textsOf } from './journal.ts';

/** Reads a journal while another process writes it. Each look returns the lines of the groups sealed since the last one. */
export class Tail {
  private readonly disk: Disk;
  private file: number;
  private end: number;
  private head: string;
  private compact: Compact;
  private mark: string | null = null;
  private readonly next: NextFile;
  /** The lines of that file before the start. */
  readonly before: Entry[] = [];

  /** Starts after the group that ends at byte `end` of that file with the seal `head`. */
  constructor(disk: Disk, file: number, end: number, head: string) {
    this.disk = disk;
    this.compact = new Compact(textsOf(disk));
    this.next = new NextFile(disk);
    this.file = file;
    this.end = 0;
    this.head = head;
    if (end > 0) this.readBefore(end);
  }

  /** Later lines refer to earlier ones of their file. */
  private readBefore(end: number): void {
    const read = readJournalFile(this.disk, this.file, GENESIS);
    this.end = end;
    for (const group of read.groups) if (group.end <= end) this.before.push(...group.entries);
    for (const entry of this.before) this.compact.note(entry);
  }

  /** The new lines in order; null if this is not the journal that was read before, so that everything must be read again. */
  look(): Entry[] | null {
    const entries: Entry[] = [];
    for (;;) {
      const stat = this.disk.stat(journalPath(this.file));
      if ((stat?.size ?? 0) < this.end) return null;
      if (stat && stat.mark !== this.mark && !this.read(stat.mark, entries)) return null;
      const next = this.next.after(this.file);
      if (next === null) return entries;
      if (stat && this.mark !== this.disk.stat(journalPath(this.file))?.mark) continue; // it grew before the next file began
      this.file = next;
      this.end = 0;
      this.compact = new Compact(textsOf(this.disk));
      this.mark = null;
    }
  }

  private read(mark: string, entries: Entry[]): boolean {
    const { groups, good, faults } = readJournalFile(this.disk, this.file, this.head, this.end, this.compact);
    if (faults.length > 0) return false;
    for (const group of groups) entries.push(...group.entries);
    this.head = groups.at(-1)?.seal ?? this.head;
    this.end = good;
    this.mark = mark;
    return true;
  }
}
