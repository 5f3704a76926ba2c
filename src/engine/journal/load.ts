/** Builds the state from the cache and the journal. */
import { apply } from '../../core/journal/apply.ts';
import { isCall } from '../../core/journal/line-kinds.ts';
import type { Entry, OpenEntry } from '../../core/model/entry.ts';
import type { Progress } from '../../core/model/progress.ts';
import type { State } from '../../core/model/state.ts';
import type { KeptFiles } from '../../disk/cache/kept.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { DiskError } from '../../disk/fs/disk.ts';
import { type Group, Journal, type Position, readForFold } from '../../disk/journal/journal.ts';
import { type JournalDifference, JournalMarks } from '../../disk/journal/journal-marks.ts';
import { copyWith } from '../../schema/copy.ts';
import { type Fault, FaultError } from '../../schema/fault.ts';
import { MARKS, nothing, type Restored, restored, type StateCache } from './state-cache.ts';

/** The org according to its journal. */
export interface Loaded {
  state: State;
  /** Saves the state for the next start. */
  store: StateCache;
  journal: Journal;
  /** The turn that was opened but not committed: its opening, its inputs, and all lines of its calls. */
  unfinished: { open: OpenEntry; inputs: Entry[]; calls: Entry[] } | null;
  /** The last committed turn whose files may not all stand in the folder: its lines. */
  undone: Entry[] | null;
  /** The last turn whose files are known to be durable. */
  synced: number;
  /** The machine start in which the last turn was opened. */
  boot: string | null;
  /** What is known of each file of the journal. */
  marks: JournalMarks;
  /** How the journal differs from what this machine knew of it when the last engine closed. */
  difference: JournalDifference | null;
}

/** How many rows are applied before the state is saved. */
const KEPT_ROWS = 30_000;

/** How the journal is read. */
export interface LoadOptions {
  /** For the holder of the lock: the state is saved on the way, so that an interrupted start need not begin again. */
  keep?: KeptFiles;
  /** Called from time to time with the number of journal files left to read, if there are many. */
  progress?: ((left: number) => void) | undefined;
}

/**
 * Loads the state: the saved one, if it was made on this machine and no journal file has changed since, and then the later
 * lines. Without `kept` it reads the whole journal. Throws `damaged-journal`.
 */
export function load(
  disk: Disk,
  kept?: KeptFiles,
  { known, difference } = compare(disk, kept),
  { keep, progress }: LoadOptions = {},
): Loaded {
  const before = kept && difference === null && known.count > 0 ? restored(disk, kept) : null;
  const reader = new JournalReader(disk, before ?? nothing(disk), before ? known : new JournalMarks());
  let next = Number.POSITIVE_INFINITY;
  for (const { groups, left } of wholeFiles(disk, reader.position)) {
    for (const group of groups) reader.take(group);
    reader.makeRoom(keep);
    if (left < MANY_FILES || left > next) continue;
    progress?.(left);
    next = left - Math.max(MANY_FILES, left / 16);
  }
  return copyWith(reader.finish(), { difference });
}
/** From that many files on, progress is reported. */
const MANY_FILES = 50;

/** The position of a reader: after the group with that seal. */
export interface Stand {
  position: Position;
  state: State;
  marks: JournalMarks;
}

/**
 * Reads the whole journal and ignores saved state. Rows that do not fit into memory go to another disk. Yields at each group.
 * Throws `damaged-journal`.
 */
export function* foldAnew(disk: Disk, aside: Disk, told?: Progress): Generator<Stand, Loaded> {
  const reader = new JournalReader(disk, nothing(aside), new JournalMarks());
  yield reader;
  let done = 0;
  for (const { groups, left } of wholeFiles(disk, reader.position)) {
    for (const group of groups) {
      reader.take(group);
      yield reader;
    }
    reader.makeRoom(undefined);
    told?.(++done, done + left);
  }
  return copyWith(reader.finish(), { difference: null });
}

function* wholeFiles(disk: Disk, after: Position): ReturnType<typeof readForFold> {
  const faults: Fault[] = [];
  for (const read of readForFold(disk, faults, after)) {
    if (faults.length) break;
    yield read;
  }
  if (faults.length) throw new FaultError(...(faults as [Fault, ...Fault[]]));
}

class JournalReader {
  position: Position;
  private readonly disk: Disk;
  readonly state: State;
  private readonly store: StateCache;
  private synced: number;
  private boot: string | null;
  /** Lines of the current file that belong to a turn not yet committed. */
  private turn: Entry[] = [];
  private open: OpenEntry | null = null;
  private inputs: Entry[] = [];
  private undone: Entry[] | null = null;
  readonly marks: JournalMarks;

  constructor(disk: Disk, { store, state, synced, boot, ...position }: Restored, marks: JournalMarks) {
    this.disk = disk;
    this.marks = marks;
    this.position = position;
    this.store = store;
    this.state = state;
    this.synced = synced;
    this.boot = boot;
  }

  /** Applies a group. Calls of a turn without a commit wait, because an interrupted turn is made again from its frozen inputs. */
  take(group: Group): void {
    this.position = { file: group.file, end: group.end, head: group.seal };
    this.marks.note(group.file, group.seal, group.end);
    for (const entry of group.entries) this.takeLine(entry);
  }

  private takeLine(entry: Entry): void {
    if (entry.k === 'synced') this.synced = entry.turn;
    if (entry.k === 'done') this.undone = null;
    if (entry.k === 'open') {
      this.open = entry;
      this.boot = entry.boot;
    }
    if (isCall(entry)) {
      this.turn.push(entry);
      return;
    }
    if (entry.k === 'commit') return this.commit(entry);
    if (entry.k === 'unplaced' && this.undone) {
      this.undone.push(entry);
      return apply(this.state, entry);
    }
    if (this.turn.length === 0) {
      this.inputs.push(entry);
      apply(this.state, entry);
    } else this.turn.push(entry);
  }

  private commit(entry: Entry): void {
    for (const line of this.turn) apply(this.state, line);
    apply(this.state, entry);
    this.undone = [...this.inputs, ...this.turn];
    this.inputs = [];
    this.turn = [];
    this.open = null;
  }

  /** Moves old rows out of memory if there are many. Nothing is saved in a folder that cannot be written. */
  makeRoom(keep: KeptFiles | undefined): void {
    const isBetween = this.undone === null && this.open === null && this.turn.length === 0;
    if (!isBetween || this.inputs.some(({ k }) => k !== 'done')) return;
    if (this.store.loose(this.state) < KEPT_ROWS) return;
    try {
      if (keep) this.store.write(keep, this, { synced: this.synced, boot: this.boot, ...this.position });
      else this.store.sealForNow(this.state);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }

  finish(): Omit<Loaded, 'difference'> {
    const { file, end, head } = this.position;
    const next = this.undone !== null || this.open !== null || this.inputs.length ? file : this.state.clock.turn + 1;
    const journal = new Journal(this.disk, Math.max(1, next), head, next === file ? end : 0, this.marks);
    const unfinished = this.open ? { open: this.open, inputs: this.inputs, calls: this.turn } : null;
    const { state, store, undone, synced, boot, marks } = this;
    return { state, store, journal, unfinished, undone, synced, boot, marks };
  }
}

/** What this machine knew of the journal's files, and what differs now. */
export function compare(disk: Disk, kept?: KeptFiles): { known: JournalMarks; difference: JournalDifference | null } {
  const known = new JournalMarks(kept?.read(MARKS)?.bytes);
  return { known, difference: known.difference(disk) };
}
