/** The interface of an index of texts. */

/** An indexed file; `mark` identifies its version. */
export interface Indexed {
  path: string;
  mark: string;
  text: string;
}

export interface FolderChange {
  folder: string;
  /** Identifies the version of all its files together; '' if the folder must be examined each time. */
  mark: string;
  put: Indexed[];
  /** Paths that are no longer indexed. */
  drop: string[];
}

/** A file that was found, with its indexed text. */
export interface FoundFile {
  path: string;
  text: string;
}

/**
 * Finds files by their texts. An index lies in `.lemming/` and is never the truth: if it is missing, damaged or of another
 * version, it is built again from the files. Every kind of index gives the same answers.
 */
export interface TextIndex {
  /** Folder → its mark, for every indexed folder. */
  folders(): Map<string, string>;
  /** Path → mark of the indexed files in a folder. */
  marks(folder: string): Map<string, string>;
  /** The indexed files in a folder. */
  held(folder: string): Indexed[];
  /** Applies all changes or none, and forgets folders. What exceeds its capacity is skipped; the folder then has no mark. */
  change(changes: readonly FolderChange[], gone: readonly string[]): void;
  /** The files whose text contains at least one of the pieces literally. */
  holding(pieces: readonly string[]): FoundFile[];
  close(): void;
}

/** The version of what the indexes hold; indexes of another version are built again. */
export const INDEX_VERSION = 2;

/** The subject of an index, and the name of its file in `.lemming/`. */
export type IndexName = 'mail' | 'memory';

/** An index that can no longer be used: another one answers. */
export class IndexError extends Error {
  /** Whether the file is damaged. */
  readonly damaged: boolean;
  constructor(cause: unknown) {
    super(String(cause));
    this.damaged = /malformed|not a database/.test(this.message); // the words of SQLite itself, whichever library is used
  }
}
