/** Detects names that a file system treats as the same. */
import { type Disk, isOfPlace } from './disk.ts';

/**
 * The name under which a file or folder really stands, when the file system finds it by a path that differs from it in case
 * or in how an accent is written; null when it bears that very name, or nothing is there. Such a path is another's. `exact`:
 * folders that were found to tell small letters from large ones, for plain names; it takes further ones.
 */
export function otherName(disk: Disk, path: string, exact?: Set<string>): string | null {
  const cut = path.lastIndexOf('/') + 1;
  const name = path.slice(cut);
  const folder = path.slice(0, cut);
  const isPlain = exact !== undefined && PLAIN.test(name);
  if (isPlain && exact.has(folder)) return null;
  const stat = disk.stat(path);
  if (stat === null) return null;
  if (!spellings(name).some((other) => markOf(disk, folder + other) === stat.mark)) {
    if (isPlain) exact.add(folder);
    return null;
  }
  const names = disk.list(path.slice(0, Math.max(0, cut - 1))) ?? [];
  return names.includes(name) ? null : (names.find((other) => folded(other) === folded(name)) ?? null);
}

/** ASCII alone, with a letter that has another case. */
const PLAIN = /^(?=.*[a-zA-Z])[\x20-\x7e]+(?![\s\S])/;

/** Other ways to write a name. A folder that takes one of them for the same is looked through. */
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
