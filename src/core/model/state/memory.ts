/** The slice of the state for what agents remember. The texts of entries are files. */

export interface MemoryState {
  /** Paths of entries by agent, and those of the shared context; the one that was changed last stands last. */
  entries: Map<string, Set<string>>;
  /** Entry that a person edited → its version, when its file does not say it. */
  edited: Map<string, number>;
}

export function emptyMemory(): MemoryState {
  return { entries: new Map(), edited: new Map() };
}
