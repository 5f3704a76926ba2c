/** The interface of a file system, and its errors. */
import type { FaultCode } from '../../schema/fault.ts';

/**
 * The interface of a file system. Paths are relative to the org folder, with `/` between parts. Every call is synchronous:
 * for such small files that is 2 to 4 times faster than promises. The real one is `real.ts`; tests use one in memory that
 * loses unsynced operations.
 */
export interface Disk {
  /**
   * Bytes of a regular file, or null when nothing is there. Never follows a link, never blocks on a FIFO. `alone`: not of a
   * file that has a second name, where that is known; `whole`: of a file of ours, however large. Throws a `DiskError`.
   */
  read(path: string, how?: 'alone' | 'whole'): Uint8Array | null;
  /** So many bytes of a regular file from a place on, fewer at its end; null when nothing is there. */
  readPart(path: string, at: number, size: number): Uint8Array | null;
  /** Names in a folder, sorted by code unit, or null when there is no such folder. */
  list(path: string): string[] | null;
  /** Name and what is there, for all that lies in a folder, in the order of `list`; null when there is no such folder. */
  look(path: string): [name: string, stat: Stat][] | null;
  /**
   * At most so many names in a folder, sorted, and what each is; null when there is no such folder. Of a larger folder they
   * are some of its names, and the rest is not looked at.
   */
  glance(path: string, most: number): { found: [name: string, kind: Stat['kind']][]; more: boolean } | null;
  /** What is at the path, without following a link; null when nothing is there. */
  stat(path: string): Stat | null;
  /** False when the system denies this process reading or writing there; true when nothing is there. Follows no link. */
  isOpen(path: string): boolean;
  /** Creates a new file with these bytes and returns its mark; fails with `exists` when something is there. Makes missing parent folders. */
  create(path: string, bytes: string | Uint8Array): string;
  /** Moves a file within the org, atomically; replaces what is at the target. Makes missing parent folders of the target. */
  rename(from: string, to: string): void;
  /** Gives the file a second name; fails with `exists` when the target is taken. */
  link(from: string, to: string): void;
  /** Removes a file; no error when it is absent. */
  unlink(path: string): void;
  /** Makes a folder and its parents. Only `mkdir('')` makes the org folder itself. */
  mkdir(path: string): void;
  /** Removes an empty folder; no error when it is absent or not empty. */
  rmdir(path: string): void;
  /** Opens a file for appending, creating it when absent. */
  append(path: string): Appender;
  /** Bytes that can still be written. */
  free(): number;
  /** Makes one file's content durable. */
  syncFile(path: string): void;
  /** Makes the names in a folder durable. */
  syncDir(path: string): void;
  /** Forgets which folders were found not to be links: people may have been at work. */
  recheck(): void;
}

/** An open journal or log. */
export interface Appender {
  write(bytes: string | Uint8Array): void;
  /** fdatasync: what was written is durable when it returns. */
  sync(): void;
  /** Cuts the file to that many bytes. */
  truncate(bytes: number): void;
  close(): void;
}

export interface Stat {
  kind: 'file' | 'folder' | 'link' | 'other';
  size: number;
  /** Changes when content or identity changes: inode, size and modification time. Survives a rename or link. */
  mark: string;
  /** Modification time in milliseconds since 1970. */
  mtimeMs: number;
  /** Changes when its owner or its mode does. */
  rights: string;
  /** Names that a file has, where that is known. */
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

/** A failed file operation, with the path and the reason of the system. */
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

/** Failures because of a name or a place: the disk itself works, and other files can be written. */
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
