/** Reads and writes the journal. */
import { createHash } from 'node:crypto';
import { newerThanKnown, RULES } from '../../core/journal/rules.ts';
import type { Entry } from '../../core/model/entry.ts';
import { copyWith } from '../../schema/copy.ts';
import { type Fault, FaultError, failure, fault } from '../../schema/fault.ts';
import { padTurn } from '../../schema/name.ts';
import { GRAIN_MS, realClock } from '../fs/clock.ts';
import { type Appender, type Disk, DiskError } from '../fs/disk.ts';
import { LineBuffer } from '../fs/lines.ts';
import { Compact, type JournalText } from './compact.ts';
import type { JournalMarks } from './journal-marks.ts';

/**
 * `org/journal/000042.jsonl`, one file for each turn. Lines are written in groups. A group ends with a seal
 * `{"k":"seal","n":lines,"h":hash}`, whose hash covers the lines and, through the previous seal, everything before them: h =
 * sha256(previous h + sha256(lines)), base64url. A tail without a seal was torn by a crash and is dropped. A redacted group
 * keeps the old sha256 of its lines in its seal (`s`), so the chain still holds; a later `redacted` line gives the new one.
 */

export const JOURNAL = 'org/journal';
const FILE_NAME = /^(\d{6,})\.jsonl$/;

/** The hash before the first group of an organisation. */
export const GENESIS = 'genesis';

interface Seal {
  k: 'seal';
  n: number;
  h: string;
  s?: string;
}

/** A group of lines, with its position in the file. */
export interface Group {
  file: number;
  entries: Entry[];
  seal: string;
  /** sha256 of the present lines. */
  hash: string;
  /** sha256 of the original lines, if the group was redacted. */
  original: string | null;
  /** Byte offset of the end of the group. */
  end: number;
}

export function journalPath(turn: number): string {
  return `${JOURNAL}/${padTurn(turn)}.jsonl`;
}

/** The numbers of the journal's files in order. Two files of one turn are a fault; a number may be missing where turns passed. */
export function journalFiles(disk: Disk): number[] {
  const numbers: number[] = [];
  for (const name of disk.list(JOURNAL) ?? []) {
    const number = FILE_NAME.exec(name)?.[1];
    if (number !== undefined) numbers.push(Number(number));
    else if (/^\d{6,}.*\.jsonl/.test(name))
      throw failure('two-histories', `The journal has two files for turn ${Number.parseInt(name, 10)}`, {
        file: `${JOURNAL}/${name}`,
      });
  }
  return numbers.sort((a, b) => a - b);
}

/** The file after a given one: the next turn's, unless turns passed. The folder is listed again only if it changed. */
export class NextFile {
  private readonly disk: Disk;
  private known: { file: number; mark: string } | null = null;

  constructor(disk: Disk) {
    this.disk = disk;
  }

  after(file: number): number | null {
    if (this.disk.stat(journalPath(file + 1))) return file + 1;
    const folder = this.disk.stat(JOURNAL);
    if (!folder || (this.known?.file === file && this.known.mark === folder.mark)) return null;
    const next = journalFiles(this.disk).find((number) => number > file) ?? null;
    const isSettled = realClock.now() - folder.mtimeMs > GRAIN_MS;
    this.known = next === null && isSettled ? { file, mark: folder.mark } : null;
    return next;
  }
}

/** The fault of a missing file, which shows because seals chain across files. None where turns passed. */
export function missingBefore(file: number, last: number, { faults }: FileRead): Fault[] {
  if (faults.length === 0 || file === last + 1) return [];
  return [fault('damaged-journal', `The journal of turn ${last + 1} is missing`, { file: JOURNAL })];
}

/** Reduces a line to the part that is read. */
type Trim = (line: string) => string;

/** The content of a journal file: its valid groups, and whether a torn tail follows them. */
export interface FileRead {
  groups: Group[];
  /** The size of the valid groups in bytes. */
  good: number;
  size: number;
  faults: Fault[];
}

/**
 * Reads a file whose groups follow the seal `previous`; `compact` has read everything before `from`. Never throws because of
 * the content. A NUL byte is a hole that a power loss left among unsynced writes: what follows it was never durable, so it
 * counts as torn.
 */
export function readJournalFile(
  disk: Disk,
  turn: number,
  previous: string,
  from = 0,
  compact = new Compact(textsOf(disk)),
  trim: Trim = (text) => text,
): FileRead {
  const path = journalPath(turn);
  const bytes = Buffer.from(disk.read(path, 'whole') ?? new Uint8Array());
  const read: FileRead = { groups: [], good: from, size: bytes.length, faults: [] };
  let start = from;
  let lineStart = from;
  let head = previous;
  while (lineStart < bytes.length) {
    const newline = bytes.indexOf(10, lineStart);
    if (newline < 0) break;
    const seal = isSeal(bytes, lineStart) ? parseSeal(bytes.toString('utf8', lineStart, newline)) : null;
    if (seal) {
      const lines = bytes.subarray(start, lineStart);
      const hash = sha(lines);
      const sealLine = lineStart;
      const line = (): number => lineNumber(bytes, sealLine);
      const fits = chain(head, seal.s ?? hash) === seal.h;
      if (!fits && lines.includes(0)) return read;
      if (!fits)
        read.faults.push(
          fault('damaged-journal', 'The seal does not match the lines before it, so a byte was changed', {
            file: path,
            line: line(),
          }),
        );
      const entries = parseLines(lines, path, () => line() - seal.n, read.faults, compact, trim);
      read.groups.push({ file: turn, entries, seal: seal.h, hash, original: seal.s ?? null, end: newline + 1 });
      head = seal.h;
      start = newline + 1;
      read.good = start;
    }
    lineStart = newline + 1;
  }
  return read;
}

/** For a journal that is only written, whose lines refer to no other file. */
const noTexts: JournalText = () => '';

/** Reads journal files as text, for lines that refer to earlier files. */
export function textsOf(disk: Disk): JournalText {
  return (turn) => Buffer.from(disk.read(journalPath(turn), 'whole') ?? []).toString();
}

/** Whether the line at that offset begins like a seal. It looks at bytes, because few lines are seals. */
function isSeal(bytes: Buffer, line: number): boolean {
  for (let i = SEAL_START.length - 1; i >= 0; i--) if (bytes[line + i] !== SEAL_START[i]) return false;
  return true;
}
const SEAL_START = Buffer.from('{"k":"seal');

function parseSeal(line: string): Seal | null {
  try {
    const seal = JSON.parse(line) as Seal;
    return seal.k === 'seal' && typeof seal.h === 'string' ? seal : null;
  } catch {
    return null;
  }
}

function parseLines(
  lines: Buffer,
  file: string,
  firstLine: () => number,
  faults: Fault[],
  compact: Compact,
  trim: Trim,
): Entry[] {
  const entries: Entry[] = [];
  const texts = lines.length ? lines.toString('utf8', 0, lines.length - 1).split('\n') : [];
  texts.forEach((text, i) => {
    const place = () => ({ file, line: firstLine() + i });
    try {
      const line = JSON.parse(trim(text)) as Entry;
      const newer = newerThanKnown(line);
      if (newer !== null) faults.push(newerJournal(newer, place()));
      entries.push(compact.unpack(line));
    } catch (error) {
      if (error instanceof FaultError) faults.push(...error.faults.map((one) => copyWith(one, place())));
      else
        faults.push(
          fault('damaged-journal', 'The line is not valid JSON', copyWith(place(), { value: text.slice(0, 80) })),
        );
    }
  });
  return entries;
}

function newerJournal(what: string, place: { file: string; line: number }): Fault {
  return fault(
    'newer-journal',
    `The line ${what}, but this version of LeMMing only knows the rules up to ${RULES}`,
    place,
  );
}

/** Whether a newer program wrote it. Nothing after it can be understood. */
export function isNewer({ code }: Fault): boolean {
  return code === 'newer-journal';
}

function lineNumber(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let i = bytes.indexOf(10); i >= 0 && i < offset; i = bytes.indexOf(10, i + 1)) line++;
  return line;
}

function sha(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

export function chain(head: string, hash: string): string {
  return sha(`${head}.${hash}`);
}

/** A position from which to read. */
export interface Position {
  file: number;
  end: number;
  head: string;
}
export const BEGINNING: Position = { file: 0, end: 0, head: GENESIS };

/** All groups of the journal in order. Only the last file may have a torn tail. */
export function* readJournal(disk: Disk, faults: Fault[], after = BEGINNING): Generator<Group> {
  for (const read of readFiles(disk, faults, after, () => false)) yield* read.groups;
}

/** The same without the prompts of old turns, which are a large part of the journal; file by file. */
export function* readForFold(
  disk: Disk,
  faults: Fault[],
  after: Position,
): Generator<{ groups: Group[]; left: number }> {
  yield* readFiles(disk, faults, after, (left) => left >= WHOLE_FILES);
}
/** The number of files at the end whose turn may have to be finished. */
const WHOLE_FILES = 2;

function* readFiles(
  disk: Disk,
  faults: Fault[],
  after: Position,
  isOld: (left: number) => boolean,
): Generator<{ groups: Group[]; left: number }> {
  const files = journalFiles(disk).filter((n) => n >= after.file);
  let head = after.head;
  let last = Math.max(0, after.file - 1);
  for (const [i, file] of files.entries()) {
    const left = files.length - 1 - i;
    const trim = isOld(left) ? withoutPrompt : undefined;
    const read = readJournalFile(
      disk,
      file,
      head,
      file === after.file ? after.end : 0,
      new Compact(textsOf(disk)),
      trim,
    );
    faults.push(...missingBefore(file, last, read), ...read.faults);
    last = file;
    if (read.faults.some(isNewer)) return;
    if (read.good < read.size && left > 0)
      faults.push(fault('damaged-journal', 'The last lines of the file have no seal', { file: journalPath(file) }));
    yield { groups: read.groups, left };
    head = read.groups.at(-1)?.seal ?? head;
  }
}

/**
 * An intent without its prompt; any other line as it is. The key cannot be confused with text, where its quotes would be
 * escaped.
 */
function withoutPrompt(line: string): string {
  const cut = line.startsWith('{"k":"intent"') ? line.indexOf(',"prompt":') : -1;
  if (cut < 0) return line;
  const rest = line.endsWith(',"cached":true}') ? ',"cached":true' : '';
  return `${line.slice(0, cut)}${rest},"prompt":{"system":"","pieces":[],"max":0}}`;
}

/** The journal that is being written. Lines are collected and written as one group, with one sync for everybody who waits. */
export class Journal {
  private readonly disk: Disk;
  private readonly marks: Pick<JournalMarks, 'note'> | undefined;
  private appender: Appender | null = null;
  private lines = new LineBuffer();
  private compact = new Compact(noTexts);
  private readonly ears: ((entry: Entry) => void)[] = [];
  private waiting: Promise<void> | null = null;
  /** Lines that wait for free space, and the bytes they need. */
  private announced: Entry[] = [];
  private room = 0;
  /** After a failed write nothing more is written: it would follow half a group. */
  private failed: unknown = null;
  /** Hash of the last seal. */
  head: string;
  /** The file being written. */
  file: number;
  /** Its size in bytes; all its groups are sealed. */
  size: number;
  /** The size up to which the file was synced. */
  private synced: number;
  private dirSynced: boolean;

  /** `marks` is informed of each seal. */
  constructor(disk: Disk, file: number, head: string, size: number, marks?: Pick<JournalMarks, 'note'>) {
    this.disk = disk;
    this.marks = marks;
    this.file = file;
    this.head = head;
    this.size = size;
    this.synced = size;
    this.dirSynced = size > 0;
  }

  /**
   * Makes durable what an earlier engine wrote. After a kill its last lines may exist only in the system's memory, and nothing
   * may build on what a power loss could still remove. The files are written again, because after a failed fsync the system may
   * count lines as written that never reached the disk.
   */
  secure(): void {
    const written = journalFiles(this.disk).filter((file) => file <= this.file);
    for (const file of written.slice(-2)) this.rewrite(journalPath(file));
    if (this.disk.stat(JOURNAL)) this.disk.syncDir(JOURNAL);
  }

  private rewrite(path: string): void {
    const bytes = this.disk.read(path, 'whole');
    if (bytes === null) return;
    const temp = path.replace(/([^/]+)$/, '.lemming-$1.tmp');
    this.disk.unlink(temp);
    this.disk.create(temp, bytes);
    this.disk.syncFile(temp);
    this.close();
    this.disk.rename(temp, path);
  }

  /** Drops a torn tail that a crash left after the valid groups, and later files, which contain nothing else. */
  dropTail(): void {
    const stat = this.disk.stat(journalPath(this.file));
    if (stat && stat.size > this.size) this.open().truncate(this.size);
    for (const file of journalFiles(this.disk)) {
      if (file <= this.file || !this.disk.stat(journalPath(file))?.size) continue;
      const torn = this.disk.append(journalPath(file));
      torn.truncate(0);
      torn.close();
    }
  }

  /** Adds lines to the group that the next write makes durable. */
  add(...entries: Entry[]): void {
    for (const entry of entries) {
      this.lines.add(JSON.stringify(this.compact.pack(entry)));
      for (const hear of this.ears) hear(entry);
    }
  }

  /** Calls `hear` with each line as it is added, before it is written. An exception from it ends the turn. */
  on(hear: (entry: Entry) => void): void {
    this.ears.push(hear);
  }

  /** Writes the collected group; with `sync`, it is durable when the call returns. */
  write(sync: boolean): void {
    if (this.failed) throw this.failed;
    try {
      this.writeGroup(sync);
    } catch (error) {
      this.failed = error;
      throw error;
    }
  }

  private writeGroup(sync: boolean): void {
    if (this.lines.count) {
      const { lines } = this;
      this.lines = new LineBuffer();
      const seal: Seal = { k: 'seal', n: lines.count, h: chain(this.head, sha(lines.bytes())) };
      lines.add(JSON.stringify(seal));
      const bytes = lines.bytes();
      this.open().write(bytes);
      this.head = seal.h;
      this.size += bytes.length;
      this.marks?.note(this.file, this.head, this.size);
    }
    if (sync) this.sync();
  }

  private sync(): void {
    if (this.synced === this.size) return;
    this.open().sync();
    if (!this.dirSynced) this.disk.syncDir(JOURNAL);
    this.dirSynced = true;
    this.synced = this.size;
  }

  /** Resolves when everything added so far is durable. Everyone who asks in one turn of the event loop shares one sync. */
  durable(): Promise<void> {
    this.waiting ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.waiting = null;
        try {
          this.flush();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    return this.waiting;
  }

  /**
   * Writes a line if that many bytes remain free afterwards, as the intent of a call needs space for its reply. Resolves when
   * the line is durable. Without enough space it fails with `full`; then this line is not written, but all others are.
   */
  async announce(entry: Entry, room: number): Promise<void> {
    this.announced.push(entry);
    this.room += room;
    const announcement = this.announced;
    await this.durable();
    if (announcement.length > 0)
      throw new DiskError('full', journalPath(this.file), 'no room for the replies of the calls');
  }

  /** If there was space, callers that announced together find their list empty. */
  private flush(): void {
    const { announced, room } = this;
    this.announced = [];
    this.room = 0;
    if (announced.length && this.disk.free() >= room) this.add(...announced.splice(0));
    this.write(true);
  }

  /** Continues in the file of that turn. */
  turnTo(turn: number): void {
    if (turn === this.file) return;
    this.write(true);
    this.close();
    this.file = turn;
    this.compact = new Compact(noTexts);
    this.size = 0;
    this.synced = 0;
    this.dirSynced = false;
  }

  /** True while the file on disk is the one that was written here. */
  untouched(): boolean {
    return (this.disk.stat(journalPath(this.file))?.size ?? 0) === this.size;
  }

  close(): void {
    this.appender?.close();
    this.appender = null;
  }

  private open(): Appender {
    if (this.appender) return this.appender;
    this.appender = this.disk.append(journalPath(this.file));
    if (this.size === 0 && this.disk.stat(journalPath(this.file))?.size) this.appender.truncate(0);
    return this.appender;
  }
}
