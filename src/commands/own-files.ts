/** Edits files that people wrote, and keeps every other byte. */
import type { Disk } from '../disk/fs/disk.ts';
import { replaceNow } from '../disk/fs/workspace.ts';
import type { Edited } from '../disk/yaml/edit.ts';
import { FaultError, failure } from '../schema/fault.ts';

/** The exact text of a person's file, with byte order mark and line ends; null if it is absent. Throws `not-text`. */
export function exactText(disk: Disk, path: string): string | null {
  const bytes = disk.read(path);
  if (!bytes) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw failure('not-text', 'The file is not UTF-8 text', { file: path });
  }
}

/** The text after an edit of that file. Throws the reason if the edit was not made. */
export function edited(result: Edited, file: string): string {
  if ('fault' in result) throw new FaultError({ ...result.fault, file });
  return result.text;
}

/** Atomically replaces a person's file by its edited text. Throws `differs` if it was changed in the meantime. */
export function replaceExact(disk: Disk, path: string, before: string, after: string): void {
  if (before === after) return;
  if (exactText(disk, path) !== before)
    throw failure('differs', 'The file changed while the command ran, so it was left as it is', {
      file: path,
      remedy: 'Run the command again.',
    });
  replaceNow(disk, path, after);
}
