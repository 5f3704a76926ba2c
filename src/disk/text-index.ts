/** A file as an index holds it; `mark` tells its versions apart. */
export interface Indexed {
  path: string;
  mark: string;
  text: string;
}

/**
 * Finds files by what their texts hold. Never the truth: it lies in `.lemming/` and is made again from the files when it is
 * gone, damaged or of another version. Every kind of index gives the same answers.
 */
export interface TextIndex {
  /** Path → mark of every file that it holds. */
  marks(): Map<string, string>;
  /** Takes in the changes, all or none. */
  change(put: Iterable<Indexed>, drop: Iterable<string>): void;
  /** The files whose text holds at least one of the pieces, character by character, sorted by path. */
  holding(pieces: readonly string[]): { path: string; text: string }[];
  close(): void;
}

/** Version of what the indexes hold: with another they are made anew. */
export const INDEX_VERSION = 1;
