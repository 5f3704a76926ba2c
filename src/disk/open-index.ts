import type { Disk } from './disk.ts';
import { scanIndex } from './scan-index.ts';
import { openSqlite, type Sqlite, sqliteIndex } from './sqlite-index.ts';
import type { Indexed, TextIndex } from './text-index.ts';

/**
 * The index of an organisation: SQLite where this Node has it or `better-sqlite3` is installed, else a file of texts that is
 * scanned. `open` is replaced by tests.
 */
export async function openIndex(
  disk: Disk,
  root: string,
  open: () => Promise<Sqlite | null> = openSqlite,
): Promise<TextIndex> {
  const sqlite = await open();
  return (sqlite && sqliteIndex(sqlite, disk, root)) ?? scanIndex(disk);
}

/** Brings the index to where the files are: reads those whose mark changed. `text` gives null for what cannot be read. */
export function refresh(
  index: TextIndex,
  files: ReadonlyMap<string, string>,
  text: (path: string) => string | null,
): void {
  const held = index.marks();
  const put: Indexed[] = [];
  for (const [path, mark] of files) if (held.get(path) !== mark) put.push({ path, mark, text: text(path) ?? '' });
  const drop = [...held.keys()].filter((path) => !files.has(path));
  if (put.length || drop.length) index.change(put, drop);
}
