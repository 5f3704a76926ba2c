/** Reads the exact text of a plug-in. */
import { failure } from '../../schema/fault.ts';
import type { Disk } from '../fs/disk.ts';
import { DiskError } from '../fs/disk.ts';

/** The largest plug-in, in bytes. */
const MOST = 1_048_576;

/**
 * The exact text of a plug-in, given by its path in the org, such as `./org/providers/mine.mjs`. Faults: `missing-file`,
 * `not-regular` (for a link, too), `too-large`, `not-text`.
 */
export function pluginText(disk: Disk, name: string): string {
  const file = name.replace(/^\.\//, '');
  const bytes = bytesOf(disk, file);
  if (bytes === null) throw failure('missing-file', `The plug-in ${file} is missing`, { file });
  if (bytes.length > MOST) throw failure('too-large', `The plug-in has more than ${MOST} bytes`, { file });
  try {
    // Byte for byte, with byte order mark and line ends: the approval covers exactly this text.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw failure('not-text', 'The plug-in is not UTF-8', { file });
  }
}

function bytesOf(disk: Disk, file: string): Uint8Array | null {
  try {
    // A folder on the path may have become a link since the last check.
    disk.recheck();
    return disk.read(file);
  } catch (error) {
    if (error instanceof DiskError && error.failure === 'not-regular')
      throw failure('not-regular', 'The plug-in is not a regular file inside the organisation', { file });
    if (error instanceof DiskError)
      throw failure('disk-error', `The plug-in cannot be read (${error.failure})`, { file });
    throw error;
  }
}
