/** The interface of a file system, and its errors. */
import type { FaultCode } from '../../schema/fault.ts';

/**
 * The interface of a file system. Paths are relative to the org folder, with `/` between parts. Every call is synchronous,
 * which is 2 to 4 times faster than promises for files this small. `real.ts` implements it; tests use an implementation in
 * memory that can lose unsynced operations.
 */
export interface Disk {
  /**
   * The bytes of a regular file; null if nothing is there. Never follows a link, never blocks on a FIFO. `alone` refuses a file
   * that has a second name, where that is known; `whole` reads a file of ours however large it is. Throws a `DiskError`.
   */
  read(path: string, how?: 'alone' | 'whole'): Uint8Array | null;
  /** Up to `size` bytes of a regular file from an offset; null if nothing is there. */
  readPart(path: string, at: number, size: number): Uint8Array | null;
  /** The names in a folder, sorted by code unit; null if there is no such folder. */
  list(path: string): string[] | null;
  /** The name and stat of everything in a folder, in the order of `list`; null if there is no such folder. */
  look(path: string): [name: string, stat: Stat][] | null;
  /**
   * At most that many names in a folder, sorted, each with its kind; null if there is no such folder. Which names of a larger
   * folder are returned is undefined; the others are not read.
   */
  glance(path: string, most: number): { found: [name: string, kind: Stat['kind']][]; more: boolean } | null;
  /** What is at the path, without following a link; null if nothing is there. */
  stat(path: string): Stat | null;
  /** False if the system denies this process reading or writing there; true if nothing is there. Follows no link. */
  isOpen(path: string): boolean;
  /**
   * Creates a new file with these bytes and returns its mark; fails with `exists` if something is there. Makes missing parent
   * folders.
   */
  create(path: string, bytes: string | Uint8Array): string;
  /** Moves a file within the org atomically, and replaces what is at the target. Makes missing parent folders of the target. */
  rename(from: string, to: string): void;
  /** Gives the file a second name; fails with `exists` if the target is taken. */
  link(from: string, to: string): void;
  /** Removes a file; an absent file is no error. */
  unlink(path: string): void;
  /** Makes a folder and its parents. Only `mkdir('')` makes the org folder itself. */
  mkdir(path: string): void;
  /** Removes a folder if it is empty. A folder that is absent or not empty is no error. */
  rmdir(path: string): void;
  /** Opens a file for appending, and creates it if it is absent. */
  append(path: string): Appender;
  /** The number of bytes that can still be written. */
  free(): number;
  /** Makes the content of a file durable. */
  syncFile(path: string): void;
  /** Makes the names in a folder durable. */
  syncDir(path: string): void;
  /** Forgets which folders were found not to be links: people may have changed them since. */
  recheck(): void;
}

/** A journal or log that is open for appending. */
export interface Appender {
  write(bytes: string | Uint8Array): void;
  /** Calls fdatasync: what was written is durable when it returns. */
  sync(): void;
  /** Truncates the file to that many bytes. */
  truncate(bytes: number): void;
  close(): void;
}

export interface Stat {
  kind: 'file' | 'folder' | 'link' | 'other';
  size: number;
  /** Changes with the content or identity of the file: inode, size and modification time. A rename or link keeps it. */
  mark: string;
  /** Modification time in milliseconds since 1970. */
  mtimeMs: number;
  /** Changes with the owner or the mode of the file. */
  rights: string;
  /** The number of names of a file, where that is known. */
  links?: number;
}

export type DiskFailure =
  | 'exists'
  | 'absent'
  | 'full'
  | 'read-only'
  | 'denied'
  | 'handles'
  | 'io'
  | 'not-regular'
  | 'too-large'
  | 'name'
  | 'other';

/** A failed file operation, with the path and the system's reason. */
export class DiskError extends Error {
  readonly failure: DiskFailure;
  readonly path: string;
  constructor(failure: DiskFailure, path: string, cause: string) {
    super(`${path}: ${cause}`);
    this.name = 'DiskError';
    this.failure = failure;
    this.path = path;
  }
}

/** Failures caused by a name or a place: the disk itself works, and other files can be written. */
const OF_PLACE: readonly DiskFailure[] = ['exists', 'absent', 'denied', 'not-regular', 'too-large', 'name'];

/** Whether the file system refused only that name or place. */
export function isOfPlace(error: unknown): error is DiskError {
  return error instanceof DiskError && OF_PLACE.includes(error.failure);
}

const CODES: Partial<Record<DiskFailure, FaultCode>> = {
  full: 'disk-full',
  'read-only': 'disk-read-only',
  handles: 'no-handles',
  denied: 'no-access',
  'not-regular': 'not-regular',
  'too-large': 'too-large',
};

/** The fault code of a failed file operation. */
export function codeOf({ failure }: DiskError): FaultCode {
  return CODES[failure] ?? 'disk-error';
}
