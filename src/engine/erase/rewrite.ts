/** Rewrites a journal file with some lines replaced. */
import type { Entry } from '../../core/model/entry.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { beside, bytesHash } from '../../disk/fs/materialise.ts';
import { type Group, journalPath, readJournalFile } from '../../disk/journal/journal.ts';

/** A group whose lines were replaced, with the hash of the new lines. */
export interface Rewritten {
  file: number;
  seal: string;
  hash: string;
}

/** Returns the replacement of a line, or the line itself. `entry` is the parsed line. */
export type LineChange = (line: string, entry: Entry, file: number) => string;

/**
 * The bytes of a journal file with some lines replaced. The seals of the groups concerned keep the old hash, so the chain still
 * holds; a `redacted` line must record each such group.
 */
export function rewriteFile(disk: Disk, file: number, change: LineChange): { bytes: Buffer; groups: Rewritten[] } {
  const bytes = Buffer.from(disk.read(journalPath(file)) ?? []);
  const parts: Buffer[] = [];
  const groups: Rewritten[] = [];
  let start = 0;
  for (const group of readJournalFile(disk, file, '').groups) {
    const old = bytes.subarray(start, group.end);
    const made = rewriteGroup(old, group, change);
    if (made) groups.push({ file, seal: group.seal, hash: made.hash });
    parts.push(made?.bytes ?? old);
    start = group.end;
  }
  return { bytes: Buffer.concat([...parts, bytes.subarray(start)]), groups };
}

function rewriteGroup(old: Buffer, group: Group, change: LineChange): { bytes: Buffer; hash: string } | null {
  const lines = old.toString('utf8').split('\n').slice(0, -2);
  const changed = lines.map((line, i) => change(line, group.entries[i] as Entry, group.file));
  if (changed.every((line, i) => line === lines[i])) return null;
  const text = `${changed.join('\n')}\n`;
  const hash = bytesHash(Buffer.from(text));
  const seal = { k: 'seal', n: lines.length, h: group.seal, s: group.original ?? group.hash };
  return { bytes: Buffer.from(`${text}${JSON.stringify(seal)}\n`), hash };
}

/** Replaces a journal file durably and atomically. */
export function replaceFile(disk: Disk, path: string, bytes: Uint8Array): void {
  const temp = beside(path, 'tmp');
  disk.unlink(temp);
  disk.create(temp, bytes);
  disk.syncFile(temp);
  disk.rename(temp, path);
  disk.syncDir(path.slice(0, path.lastIndexOf('/')));
}
