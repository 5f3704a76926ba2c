/** The slice of the state for files that people and tools write. */

/** What lies in a workspace, as a freeze found it: the first names, sorted. `more`: there are others. */
export interface Tree {
  entries: TreeEntry[];
  more?: true;
}

/** `files`: it is a folder with so many files in it; `more`: with more than were counted. */
export interface TreeEntry {
  name: string;
  files?: number | undefined;
  more?: true | undefined;
}

export interface FilesState {
  /** Text of every file that people write and the engine reads, as last frozen. */
  texts: Map<string, string>;
  /** Workspace file → hash of what a tool wrote there last. */
  workspace: Map<string, string>;
  /** Agent → what its workspace held when it was due last. */
  trees: Map<string, Tree>;
}

export function emptyFiles(): FilesState {
  return { texts: new Map(), workspace: new Map(), trees: new Map() };
}
