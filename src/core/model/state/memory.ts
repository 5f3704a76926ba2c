/** The slice of the state for what agents remember. The texts of entries are files. */

/** An entry of memory as its file holds it. */
export interface MemoryEntry {
  /** The key as agents write it: `plan`, `learned/retry-later`, `shared/brand`. */
  key: string;
  path: string;
  archived: boolean;
  tags: string[];
  pin: boolean;
  /** Turn of the last change by an agent; 0 when the file does not say. */
  turn: number;
  /** Grows with every change, by agents and by people. */
  version: number;
  /** The evidence for a learning record. */
  evidence: string;
  text: string;
}

/** An entry, and what it was read of: its text, and the version that its file does not say. */
interface EntryRead {
  source: string;
  edited: number | undefined;
  entry: MemoryEntry;
}

/** Entries that were read of their texts. What is worked out from other fields is nothing that a state is kept or compared by. */
class EntriesRead {
  readonly #entries = new Map<string, EntryRead>();

  get(path: string, source: string, edited: number | undefined): MemoryEntry | null {
    const known = this.#entries.get(path);
    return known?.source === source && known.edited === edited ? known.entry : null;
  }

  set(path: string, read: EntryRead): void {
    this.#entries.set(path, read);
  }
}

/** How an entry came to be as it is. `mail`: what its author was reading. `tainted`: the author had read words of strangers. */
export interface Origin {
  by: string;
  mail: string[];
  tainted: boolean;
}

export interface MemoryState {
  /** Paths of entries by agent, and those of the shared context; the one that was changed last stands last. */
  entries: Map<string, Set<string>>;
  /** Entry that a person edited → its version, when its file does not say it. */
  edited: Map<string, number>;
  read: EntriesRead;
  /** Entry that an agent wrote → by whom, and of what; of all others people are the authors. */
  origins: Map<string, Origin>;
  /** The visit whose effects are applied: what it was given. */
  visit: { agent: string; turn: number; mail: string[] };
}

export function emptyMemory(): MemoryState {
  return {
    entries: new Map(),
    edited: new Map(),
    read: new EntriesRead(),
    origins: new Map(),
    visit: { agent: '', turn: 0, mail: [] },
  };
}
