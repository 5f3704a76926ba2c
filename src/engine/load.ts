import { apply } from '../core/apply.ts';
import type { Entry, OpenEntry } from '../core/entry.ts';
import { isCall } from '../core/line-kinds.ts';
import { RULES } from '../core/rules.ts';
import { emptyState, freezeState, type State, thawState } from '../core/state.ts';
import type { Disk } from '../disk/disk.ts';
import { GENESIS, type Group, Journal, journalPath, readJournal } from '../disk/journal.ts';
import { type Difference, JournalMarks } from '../disk/journal-marks.ts';
import type { KeptFiles } from '../disk/kept.ts';
import { type Fault, FaultError } from '../schema/fault.ts';

/** The org as its journal tells it. */
export interface Loaded {
  state: State;
  journal: Journal;
  /** The turn that was opened and not committed: its opening, and all lines of its calls. */
  unfinished: { open: OpenEntry; inputs: Entry[]; calls: Entry[] } | null;
  /** The last committed turn whose files may not all stand in the folder: its lines. */
  undone: Entry[] | null;
  /** The last turn whose files are known to be durable. */
  synced: number;
  /** The machine start in which the last turn was opened. */
  boot: string | null;
  /** What is known of each file of the journal. */
  marks: JournalMarks;
  /** How the journal differs from what this machine knew of it when an engine closed last. */
  difference: Difference | null;
}

const CACHE = 'state.json';
const MARKS = 'journal.marks';
const CACHE_VERSION = 12;

/** A cached state and where in the journal it stands. */
interface Cached {
  version: number;
  /** Another program may have folded lines that this one does not know. */
  rules: number;
  file: number;
  end: number;
  head: string;
  synced: number;
  boot: string | null;
  state: Record<string, unknown>;
}

/**
 * Reads the state: from the cache, when it was made here and no file of the journal changed since, and by folding what
 * follows. Without `kept` the whole journal is read. Throws `damaged-journal`.
 */
export function load(disk: Disk, kept?: KeptFiles, { known, difference } = compare(disk, kept)): Loaded {
  const cached = kept && difference === null && known.count > 0 ? readCache(disk, kept) : null;
  const faults: Fault[] = [];
  const reader = new Reader(cached, cached ? known : new JournalMarks());
  for (const group of readJournal(disk, faults, reader.position)) reader.take(group);
  if (faults.length) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  return { ...reader.finish(disk), difference };
}

class Reader {
  position: { file: number; end: number; head: string };
  private readonly state: State;
  private synced: number;
  private boot: string | null;
  /** Lines of the file being read that belong to a turn not yet committed. */
  private turn: Entry[] = [];
  private open: OpenEntry | null = null;
  private inputs: Entry[] = [];
  private undone: Entry[] | null = null;
  private readonly marks: JournalMarks;

  constructor(cached: Cached | null, marks: JournalMarks) {
    this.marks = marks;
    this.position = cached
      ? { file: cached.file, end: cached.end, head: cached.head }
      : { file: 0, end: 0, head: GENESIS };
    this.state = cached ? thawState(cached.state) : emptyState();
    this.synced = cached?.synced ?? 0;
    this.boot = cached?.boot ?? null;
  }

  /** Folds a group. Calls of a turn that has no commit yet wait: a cut-off turn is made again from its frozen inputs. */
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

  finish(disk: Disk): Omit<Loaded, 'difference'> {
    const { file, end, head } = this.position;
    const next = this.undone !== null || this.open !== null || this.inputs.length ? file : this.state.turn + 1;
    const journal = new Journal(disk, Math.max(1, next), head, next === file ? end : 0, this.marks);
    const unfinished = this.open ? { open: this.open, inputs: this.inputs, calls: this.turn } : null;
    const { state, undone, synced, boot, marks } = this;
    return { state, journal, unfinished, undone, synced, boot, marks };
  }
}

/** What this machine knew of the journal's files, and what is otherwise now. */
export function compare(disk: Disk, kept?: KeptFiles): { known: JournalMarks; difference: Difference | null } {
  const known = new JournalMarks(kept?.read(MARKS)?.bytes);
  return { known, difference: known.difference(disk) };
}

function readCache(disk: Disk, kept: KeptFiles): Cached | null {
  const found = kept.read(CACHE);
  if (!found) return null;
  const cached = JSON.parse(found.bytes.toString()) as Cached;
  const same = cached.version === CACHE_VERSION && cached.rules === RULES && cached.head === found.seal;
  return same && fits(disk, cached) ? cached : null;
}

/** The cache fits when the journal still has its seal at that very place. */
function fits(disk: Disk, cached: Cached): boolean {
  const bytes = disk.read(journalPath(cached.file), 'whole');
  if (!bytes || bytes.length < cached.end) return false;
  const tail = Buffer.from(bytes.subarray(Math.max(0, cached.end - 400), cached.end)).toString();
  return tail.endsWith('\n') && (tail.trimEnd().split('\n').at(-1) as string).includes(`"h":"${cached.head}"`);
}

/** Keeps the state beside the org, bound to the journal's head, and what is known of the journal's files. Only between turns. */
export function writeCache(
  disk: Disk,
  kept: KeptFiles,
  { state, journal, marks }: Pick<Loaded, 'state' | 'journal' | 'marks'>,
  synced: number,
  boot: string | null,
): void {
  const { file, size: end, head } = journal;
  const cached = { version: CACHE_VERSION, rules: RULES, file, end, head, synced, boot, state: freezeState(state) };
  marks.stamp(disk);
  kept.write(MARKS, head, marks.bytes());
  kept.write(CACHE, head, JSON.stringify(cached));
}
