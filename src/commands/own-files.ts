/** Edits files that people wrote, byte for byte. */
import type { Disk } from '../disk/fs/disk.ts';
import { replaceNow } from '../disk/fs/workspace.ts';
import type { Edited } from '../disk/yaml/edit.ts';
import { FaultError, failure } from '../schema/fault.ts';

/** The exact text of a file that a person wrote, byte order mark and line ends as they are; null when it is absent. Throws `not-text`. */
export function exactText(disk: Disk, path: string): string | null {
  const bytes = disk.read(path);
  if (!bytes) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw failure('not-text', 'The file is not UTF-8 text', { file: path });
  }
}

/** The text after an edit of that file. Throws why it was not made. */
export function edited(result: Edited, file: string): string {
  if ('fault' in result) throw new FaultError({ ...result.fault, file });
  return result.text;
}

/** Replaces a person's file by its edited text, complete or not at all. Throws `differs` when it was changed meanwhile. */
export function replaceExact(disk: Disk, path: string, before: string, after: string): void {
  if (before === after) return;
  if (exactText(disk, path) !== before)
    throw failure('differs', 'The file changed while the command ran, so it was left as it is', {
      file: path,
      remedy: 'Run the command again.',
    });
  replaceNow(disk, path, after);
}
