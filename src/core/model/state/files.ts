/** The slice of the state for files that people and tools write. */

export interface FilesState {
  /** Text of every file that people write and the engine reads, as last frozen. */
  texts: Map<string, string>;
  /** Workspace file → hash of what a tool wrote there last. */
  workspace: Map<string, string>;
}

export function emptyFiles(): FilesState {
  return { texts: new Map(), workspace: new Map() };
}
