import { createHash } from 'node:crypto';
import { type KeptFiles, keptFiles } from '../src/disk/cache/kept.ts';
import type { Disk } from '../src/disk/fs/disk.ts';

/** What an owner whose machine is a test keeps on that disk. */
export function keptIn(disk: Disk): KeptFiles {
  return keptFiles(disk, { place: 'org', pid: 1, startOf: () => '1' }, () =>
    createHash('sha256').update('a key').digest(),
  );
}
