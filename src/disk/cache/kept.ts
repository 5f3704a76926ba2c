/**
 * Reads and writes the files of `.lemming/` whose content is trusted. Each carries a MAC that proves it was made on this
 * machine for this folder. A file without a valid MAC is made again from the journal and the files.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Disk, DiskError } from '../fs/disk.ts';
import type { Host } from '../fs/lock.ts';

const FOLDER = '.lemming';
/** Version of the format of a kept file. */
const FORM = 'lemming-kept-1';
/** The last line: a newline, the MAC in base64url, and another newline. */
const LAST_BYTES = 45;
/** The names of all such files. */
export const KEPT_NAMES = [
  'state.json',
  'journal.marks',
  'files.marks',
  'status.json',
  'tasks.json',
  'config.bin',
  ...['pace', 'spending-turn', 'spending-day', 'spending-task', 'spending-thread'].map((fold) => `${fold}.fold`),
  'load.json',
  'model.json',
  'received',
  'replies.json',
  ...['mail', 'memory'].flatMap((index) => [`${index}.texts`, `${index}.mark`]),
  'memory.vectors',
];
/** The longest first line. */
const HEAD_BYTES = 200;

/** A kept file with a valid MAC. */
export interface KeptFile {
  /** The journal's seal at the time it was made. The reader checks that the journal contains that seal. */
  seal: string;
  bytes: Buffer;
  /** Its MAC, which identifies this version. */
  tag: string;
}

/** Files in `.lemming/`, by name, of any size and number. A name may contain a folder, such as `old-mail/0001`. */
export interface KeptFiles {
  /** Returns null if the file is absent, damaged or has no valid MAC. With `tag`, only that version counts. */
  read(name: string, tag?: string): KeptFile | null;
  /**
   * Replaces the file atomically and returns its tag. Without a key nothing is written, and the result is null. `seal` is the
   * journal's seal, or '' for content that does not depend on the journal. Throws a `DiskError`.
   */
  write(name: string, seal: string, ...content: (string | Uint8Array)[]): string | null;
  /** A digest of a text that cannot be computed without the key; null if there is no key. */
  digest(text: string): string | null;
  /** Removes the file; an absent file is no error. */
  drop(name: string): void;
}

/** An org folder, and the process that writes there. */
export type CacheWriter = Pick<Host, 'place' | 'pid' | 'startOf'>;

/** Keeps nothing and trusts nothing. */
export const NOTHING_KEPT: KeptFiles = { read: () => null, write: () => null, digest: () => null, drop: () => {} };

/**
 * The kept files of a folder. `host.place` names its device and inode, so nothing in a copied folder is trusted. `key` returns
 * the secret of the machine's owner; in mode `make` it creates one if necessary.
 */
export function keptFiles(disk: Disk, host: CacheWriter, key: (wish: 'look' | 'make') => Uint8Array | null): KeptFiles {
  const macOf = (secret: Uint8Array, name: string, seal: string) =>
    createHmac('sha256', secret).update(`${JSON.stringify([FORM, name, host.place, seal])}\n`);

  return {
    read(name, tag) {
      const bytes = wholeOf(disk, `${FOLDER}/${name}`);
      const secret = bytes && key('look');
      const parts = bytes && partsOf(bytes);
      if (!secret || !parts) return null;
      const { seal, content, last } = parts;
      const made = macOf(secret, name, seal).update(content).digest('base64url');
      if (!timingSafeEqual(Buffer.from(`\n${made}\n`), last)) return null;
      return tag === undefined || tag === made ? { seal, bytes: content, tag: made } : null;
    },
    write(name, seal, ...content) {
      const secret = key('make');
      if (!secret) return null;
      const path = `${FOLDER}/${name}`;
      const mac = macOf(secret, name, seal);
      for (const piece of content) mac.update(piece);
      const tag = mac.digest('base64url');
      replace(disk, tempOf(host), path, [`${FORM} ${seal}\n`, ...content, `\n${tag}\n`]);
      return tag;
    },
    digest(text) {
      const secret = key('look');
      return secret && macOf(secret, '', '').update(text).digest('base64url');
    },
    drop: (name) => disk.unlink(`${FOLDER}/${name}`),
  };
}

/** Splits the bytes into the first line, the content and the last line; null if the format is different. */
function partsOf(bytes: Buffer): { seal: string; content: Buffer; last: Buffer } | null {
  const newline = bytes.subarray(0, HEAD_BYTES).indexOf(10);
  const head = bytes.toString('utf8', 0, Math.max(0, newline));
  const end = bytes.length - LAST_BYTES;
  if (!head.startsWith(`${FORM} `) || end <= newline) return null;
  return { seal: head.slice(FORM.length + 1), content: bytes.subarray(newline + 1, end), last: bytes.subarray(end) };
}

function replace(disk: Disk, temp: string, path: string, pieces: readonly (string | Uint8Array)[]): void {
  disk.unlink(temp);
  const file = disk.append(temp);
  try {
    for (const piece of pieces) file.write(piece);
  } finally {
    file.close();
  }
  disk.rename(temp, path);
}

/**
 * The temporary file that a process writes before it renames it. The name is unique to the process, and short however long the
 * final name is.
 */
function tempOf({ pid, startOf }: CacheWriter): string {
  return `${FOLDER}/${pid}-${startOf(pid)}.tmp`;
}

/** Removes temporary files that killed processes left behind. */
export function removeUnfinished(disk: Disk, host: CacheWriter): void {
  for (const name of (disk.list(FOLDER) ?? []).filter((one) => one.endsWith('.tmp'))) {
    const [, pid, start] = /^(\d+)-(\w+)\./.exec(name) ?? [];
    if (start === undefined || host.startOf(Number(pid)) !== start) disk.unlink(`${FOLDER}/${name}`);
  }
}

/** The bytes of a file; null if it is absent or cannot be read. */
function wholeOf(disk: Disk, path: string): Buffer | null {
  try {
    const bytes = disk.read(path, 'whole');
    return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    if (error instanceof DiskError) return null;
    throw error;
  }
}
