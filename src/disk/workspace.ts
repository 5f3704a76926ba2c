import type { Disk } from './disk.ts';

/** Replaces a file of a private workspace at once: complete or not at all. */
export function replaceNow(disk: Disk, path: string, text: string): void {
  const cut = path.lastIndexOf('/') + 1;
  const temp = `${path.slice(0, cut)}.lemming-${path.slice(cut)}.tmp`;
  disk.unlink(temp);
  disk.create(temp, text);
  disk.rename(temp, path);
}
