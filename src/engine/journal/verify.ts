/** Checks every byte of the journal. */
import type { Entry, OpenEntry } from '../../core/model/entry.ts';
import type { Progress } from '../../core/model/progress.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import {
  type FileRead,
  GENESIS,
  type Group,
  isNewer,
  journalFiles,
  journalPath,
  missingBefore,
  readJournalFile,
} from '../../disk/journal/journal.ts';
import { defined } from '../../schema/copy.ts';
import { type Fault, FaultError, fault } from '../../schema/fault.ts';

/** The result of checking the journal. */
export interface Verified {
  files: number;
  groups: number;
  lines: number;
  /** Committed turns. */
  turns: number;
  /** Hash of the last seal. Whoever noted it elsewhere can tell whether the journal was cut short since. */
  head: string;
  /** Groups whose text was erased on request. */
  redacted: number;
  /** 1 if a crash left a torn tail, which is one of the faults. */
  torn: number;
  faults: Fault[];
}

/**
 * Checks every byte of the journal: the names and order of its files, each line, each seal and the chain of seals, that every
 * turn is opened and committed once and in order, and that every redaction is recorded by a later line. Never throws because of
 * the content.
 */
export function verifyJournal(disk: Disk, told?: Progress): Verified {
  const check = new Check(disk);
  try {
    const files = journalFiles(disk);
    for (const [i, file] of files.entries()) {
      check.file(file, file === files.at(-1));
      if (check.found.faults.some(isNewer)) break;
      told?.(i + 1, files.length);
    }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    check.found.faults.push(...error.faults);
  }
  check.redactions();
  return check.found;
}

class Check {
  readonly found: Verified = {
    files: 0,
    groups: 0,
    lines: 0,
    turns: 0,
    head: GENESIS,
    redacted: 0,
    torn: 0,
    faults: [],
  };
  private readonly disk: Disk;
  private open: number | null = null;
  /** The previous file, and the last committed turn. */
  private last = 0;
  private turn = 0;
  /** Redacted groups by seal, and the last line about each. */
  private readonly erased = new Map<string, Group>();
  private readonly told = new Map<string, Extract<Entry, { k: 'redacted' }>>();
  private readonly hashes = new Map<string, string>();

  constructor(disk: Disk) {
    this.disk = disk;
  }

  file(number: number, last: boolean): void {
    const read = readJournalFile(this.disk, number, this.found.head);
    this.found.faults.push(...missingBefore(number, this.last, read));
    this.last = number;
    const bytes = Buffer.from(this.disk.read(journalPath(number)) ?? []);
    this.found.files++;
    this.found.faults.push(...read.faults);
    this.seals(number, bytes, read);
    if (read.good < read.size) this.unsealed(number, bytes, read.good, last);
    for (const group of read.groups) for (const entry of group.entries) this.entry(number, entry);
    this.found.head = read.groups.at(-1)?.seal ?? this.found.head;
  }

  private unsealed(number: number, bytes: Buffer, from: number, last: boolean): void {
    if (last) this.found.torn = 1;
    const message = last
      ? `${bytes.length - from} incomplete bytes follow the last seal`
      : 'The last lines of the file have no seal';
    this.fault(number, message, lineAt(bytes, from), last ? TORN : undefined);
  }

  /** The engine's reader trusts the parts of a seal besides its hash; here every byte must be as it was written. */
  private seals(number: number, bytes: Buffer, read: FileRead): void {
    let start = 0;
    for (const group of read.groups) {
      const at = bytes.lastIndexOf(10, group.end - 2) + 1;
      const lines = countLines(bytes, start, at);
      const seal = { k: 'seal', n: lines, h: group.seal, ...(group.original === null ? {} : { s: group.original }) };
      if (bytes.toString('utf8', at, group.end - 1) !== JSON.stringify(seal))
        this.fault(number, 'The seal was changed', lineAt(bytes, at));
      if (group.original !== null) this.erased.set(group.seal, group);
      this.hashes.set(group.seal, group.hash);
      this.found.groups++;
      this.found.lines += lines;
      start = group.end;
    }
  }

  private entry(number: number, entry: Entry): void {
    if (entry.k === 'open') this.opened(number, entry);
    if (entry.k === 'commit') this.committed(number, entry.turn);
    if (entry.k === 'redacted') this.told.set(entry.seal, entry);
  }

  private opened(number: number, { turn, passed = 0 }: OpenEntry): void {
    if (turn !== number || turn !== this.turn + 1 + passed || this.open !== null)
      this.fault(number, `Turn ${turn} is opened out of order`);
    this.open = turn;
  }

  private committed(number: number, turn: number): void {
    if (turn !== this.open || turn !== number) this.fault(number, `Turn ${turn} is committed out of order`);
    this.open = null;
    this.turn = turn;
    this.found.turns++;
  }

  /** A redacted group must match the last line about it, and such a line must have a group. */
  redactions(): void {
    for (const [seal, group] of this.erased) {
      const told = this.told.get(seal);
      if (told?.hash === group.hash) this.found.redacted++;
      else
        this.fault(
          group.file,
          told ? 'A redacted text was changed' : 'A text was replaced, but no line says that it was redacted',
        );
    }
    for (const [seal, { file, id }] of this.told) {
      if (!this.hashes.has(seal)) this.fault(file, `A line records the redaction of ${id} in a group that is missing`);
      else if (!this.erased.has(seal))
        this.fault(file, `The redaction of ${id} was interrupted`, undefined, `Run lemming redact ${id} --yes again.`);
    }
  }

  private fault(number: number, message: string, line?: number, remedy?: string): void {
    this.found.faults.push(
      fault('damaged-journal', message, {
        file: journalPath(number),
        ...defined({ line, remedy }),
      }),
    );
  }
}

const TORN = 'A crash left them. The next lemming run-once removes them; no finished work is lost.';

function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let i = bytes.indexOf(10, from); i >= 0 && i < to; i = bytes.indexOf(10, i + 1)) lines++;
  return lines;
}

function lineAt(bytes: Buffer, offset: number): number {
  return 1 + countLines(bytes, 0, offset);
}
