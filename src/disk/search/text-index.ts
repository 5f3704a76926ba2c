/** The interface of an index of texts. */

/** A file as an index holds it; `mark` tells its versions apart. */
export interface Indexed {
  path: string;
  mark: string;
  text: string;
}

/** What became of a folder. */
export interface FolderChange {
  folder: string;
  /** Tells its versions apart, those of all its files together; '' when the folder has to be looked through each time. */
  mark: string;
  put: Indexed[];
  /** Paths that are held no more. */
  drop: string[];
}

/** A file that was found, and what an index holds of it. */
export interface FoundFile {
  path: string;
  text: string;
}

/**
 * Finds files by what their texts hold. Never the truth: it lies in `.lemming/` and is made again from the files when it is
 * gone, damaged or of another version. Every kind of index gives the same answers.
 */
export interface TextIndex {
  /** Folder → its mark, of every folder that it knows. */
  folders(): Map<string, string>;
  /** Path → mark of the files in a folder that it holds. */
  marks(folder: string): Map<string, string>;
  /** The files in a folder that it holds. */
  held(folder: string): Indexed[];
  /** Takes in the changes, all or none, and forgets folders. What is too much for it is left out, and the folder has no mark then. */
  change(changes: readonly FolderChange[], gone: readonly string[]): void;
  /** The files whose text holds at least one of the pieces, character by character. */
  holding(pieces: readonly string[]): FoundFile[];
  close(): void;
}

/** Version of what the indexes hold: with another they are made anew. */
export const INDEX_VERSION = 2;

/** What an index is of; its file in `.lemming/` bears the name. */
export type IndexName = 'mail' | 'memory';

/** An index that cannot be used any more: another one answers. */
export class IndexError extends Error {
  /** The file is broken. */
  readonly damaged: boolean;
  constructor(cause: unknown) {
    super(String(cause));
    this.damaged = /malformed|not a database/.test(this.message); // the words of SQLite, whoever brings it
  }
}
