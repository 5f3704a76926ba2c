import { createHash } from 'node:crypto';
import type { Disk } from '../src/disk/disk.ts';
import { type KeptFiles, keptFiles } from '../src/disk/kept.ts';

/** What an owner whose machine is a test keeps on that disk. */
export function keptIn(disk: Disk): KeptFiles {
  return keptFiles(disk, { place: 'org', pid: 1, startOf: () => '1' }, () =>
    createHash('sha256').update('a key').digest(),
  );
}
