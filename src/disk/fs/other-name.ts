/** Detects names that a file system treats as the same. */
import { type Disk, isOfPlace } from './disk.ts';

/**
 * The real name of a file or folder that the file system finds by a path differing from it in case or in the encoding of
 * accents; null if the name is exact or nothing is there. Such a path belongs to another file.
 */
export function otherName(disk: Disk, path: string): string | null {
  const cut = path.lastIndexOf('/') + 1;
  const name = path.slice(cut);
  const stat = disk.stat(path);
  if (stat === null || !spellings(name).some((other) => markOf(disk, path.slice(0, cut) + other) === stat.mark))
    return null;
  const names = disk.list(path.slice(0, Math.max(0, cut - 1))) ?? [];
  return names.includes(name) ? null : (names.find((other) => folded(other) === folded(name)) ?? null);
}

/** Other spellings of a name. If a folder accepts one of them, its listing is searched. */
function spellings(name: string): string[] {
  const ways = [name.toUpperCase(), name.toLowerCase(), name.normalize('NFC'), name.normalize('NFD')];
  return [...new Set(ways)].filter((other) => other !== name);
}

/** What names that some file systems treat as equal have in common. */
export function folded(name: string): string {
  return name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFD');
}

function markOf(disk: Disk, path: string): string | undefined {
  try {
    return disk.stat(path)?.mark;
  } catch (error) {
    if (!isOfPlace(error)) throw error;
    return undefined;
  }
}
