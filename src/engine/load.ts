import { apply } from '../core/apply.ts';
import type { Entry, OpenEntry } from '../core/entry.ts';
import { isCall } from '../core/line-kinds.ts';
import { RULES } from '../core/rules.ts';
import { emptyState, freezeState, type State, thawState } from '../core/state.ts';
import type { Disk } from '../disk/disk.ts';
import { DiskError } from '../disk/disk.ts';
import { GENESIS, type Group, Journal, readJournal } from '../disk/journal.ts';
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
}

const CACHE = '.lemming/state.json';
const CACHE_VERSION = 12;

/** Where in the journal a cached state stands. */
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

/** Reads the state: from the cache as far as it fits the journal, then by folding what follows. Throws `damaged-journal`. */
export function load(disk: Disk): Loaded {
  const cached = readCache(disk);
  const faults: Fault[] = [];
  const reader = new Reader(cached);
  for (const group of readJournal(disk, faults, reader.position)) reader.take(group);
  if (faults.length) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  return reader.finish(disk);
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

  constructor(cached: Cached | null) {
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

  finish(disk: Disk): Loaded {
    const { file, end, head } = this.position;
    const next = this.undone !== null || this.open !== null || this.inputs.length ? file : this.state.turn + 1;
    const journal = new Journal(disk, Math.max(1, next), head, next === file ? end : 0);
    const unfinished = this.open ? { open: this.open, inputs: this.inputs, calls: this.turn } : null;
    return { state: this.state, journal, unfinished, undone: this.undone, synced: this.synced, boot: this.boot };
  }
}

function readCache(disk: Disk): Cached | null {
  try {
    const bytes = disk.read(CACHE);
    if (!bytes) return null;
    const cached = JSON.parse(Buffer.from(bytes).toString()) as Cached;
    if (cached.version !== CACHE_VERSION || cached.rules !== RULES || !fits(disk, cached)) return null;
    return cached;
  } catch (error) {
    if (error instanceof DiskError && error.failure !== 'not-regular') throw error;
    return null;
  }
}

/** The cache fits when the journal still has its seal at that very place. */
function fits(disk: Disk, cached: Cached): boolean {
  const bytes = disk.read(`org/journal/${String(cached.file).padStart(6, '0')}.jsonl`);
  if (!bytes || bytes.length < cached.end) return false;
  const tail = Buffer.from(bytes.subarray(Math.max(0, cached.end - 400), cached.end)).toString();
  return tail.endsWith('\n') && (tail.trimEnd().split('\n').at(-1) as string).includes(`"h":"${cached.head}"`);
}

/** Keeps the state beside the org, bound to the journal's head. Only between turns. */
export function writeCache(disk: Disk, state: State, journal: Journal, synced: number, boot: string | null): void {
  const cached = {
    version: CACHE_VERSION,
    rules: RULES,
    file: journal.file,
    end: journal.size,
    head: journal.head,
    synced,
    boot,
    state: freezeState(state),
  };
  const temp = `${CACHE}.tmp`;
  disk.unlink(temp);
  disk.create(temp, JSON.stringify(cached));
  disk.rename(temp, CACHE);
}
