/** Finds files by their texts, with the best index available. */
import { createHash } from 'node:crypto';
import { byCodeUnit } from '../../schema/name.ts';
import type { KeptFiles } from '../cache/kept.ts';
import { realClock } from '../fs/clock.ts';
import type { Disk, Stat } from '../fs/disk.ts';
import { holdsOne, scanIndex, textsFile } from './scan-index.ts';
import { fileOf, isMarked, openSqlite, removeSqlite, type Sqlite, sqliteIndex } from './sqlite-index.ts';
import { type FolderChange, type FoundFile, IndexError, type IndexName, type TextIndex } from './text-index.ts';

export interface SearchedTexts {
  name: IndexName;
  /** The present folders, and the files in each. */
  folders: ReadonlyMap<string, readonly [name: string, stat: Stat][]>;
  /** Whether these are all existing folders: then others in the index are gone. */
  whole: boolean;
  /** The searched part of a file, read now; null if it cannot be read. */
  text(path: string): string | null;
}

/**
 * The files whose text contains at least one of the pieces, sorted by path: exactly the files that reading all of them would
 * find. The index is updated first. It uses SQLite if this Node has it or `better-sqlite3` is installed, and otherwise scans a
 * file of texts. Tests replace `open`.
 */
export async function findTexts(
  { disk, kept }: { disk: Disk; kept: KeptFiles },
  root: string,
  shelf: SearchedTexts,
  pieces: readonly string[],
  open: () => Promise<Sqlite | null> = openSqlite,
): Promise<FoundFile[]> {
  const sqlite = await open();
  const index = sqlite && sqliteIndex(sqlite, { disk, kept }, root, shelf.name);
  try {
    return ask(index ?? scanIndex(kept, shelf.name), shelf, pieces);
  } catch (error) {
    if (!(error instanceof IndexError)) throw error;
    if (error.damaged) removeSqlite(disk, shelf.name);
    return ask(scanIndex(kept, shelf.name), shelf, pieces);
  }
}

function ask(index: TextIndex, shelf: SearchedTexts, pieces: readonly string[]): FoundFile[] {
  try {
    const fresh = refresh(index, shelf, (text) => holdsOne(text, pieces));
    const held = index.holding(pieces).filter(({ path }) => shelf.folders.has(folderOf(path)) && !fresh.has(path));
    return [...held, ...[...fresh.values()].flatMap((one) => one ?? [])].sort((a, b) => byCodeUnit(a.path, b.path));
  } finally {
    index.close();
  }
}

/**
 * The index files that differ from the files they cover, as far as a search would trust them: files that changed since are read
 * again anyway.
 */
export async function differingIndexes(
  { disk, kept }: { disk: Disk; kept: KeptFiles },
  root: string,
  shelf: SearchedTexts,
  open: () => Promise<Sqlite | null> = openSqlite,
): Promise<string[]> {
  const files: string[] = [];
  if (differs(scanIndex(kept, shelf.name), shelf)) files.push(`.lemming/${textsFile(shelf.name)}`);
  const marked = isMarked(kept, root, shelf.name);
  if (marked === false) return [...files, fileOf(shelf.name)];
  const sqlite = marked === null ? null : await open();
  const index = sqlite && sqliteIndex(sqlite, { disk, kept }, root, shelf.name);
  try {
    if (index && differs(index, shelf)) files.push(fileOf(shelf.name));
  } catch (error) {
    if (!(error instanceof IndexError)) throw error;
    files.push(fileOf(shelf.name));
  } finally {
    index?.close();
  }
  return files;
}

function differs(index: TextIndex, shelf: SearchedTexts): boolean {
  const known = index.folders();
  const now = realClock.now();
  return [...shelf.folders].some(([folder, files]) => {
    const held = new Map(index.held(folder).map((one) => [one.path, one]));
    const isWhole = known.has(folder) && known.get(folder) === markOfAll(files, now);
    const wrong = files.some(([name, { mark }]) => {
      const one = held.get(`${folder}/${name}`);
      held.delete(`${folder}/${name}`);
      if (one ? one.mark !== mark : !isWhole) return false;
      return shelf.text(`${folder}/${name}`) !== (one?.text ?? null);
    });
    return wrong || (isWhole && held.size > 0);
  });
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** How many characters are passed to an index at once. */
const CHUNK = 8_000_000;

/**
 * Updates an index to the present files. Returns the files that had to be read, with their text if it is wanted and with null
 * otherwise.
 */
function refresh(
  index: TextIndex,
  shelf: SearchedTexts,
  isWanted: (text: string) => boolean,
): Map<string, FoundFile | null> {
  const now = realClock.now();
  const known = index.folders();
  const fresh = new Map<string, FoundFile | null>();
  const read = (path: string): string | null => {
    const text = shelf.text(path);
    fresh.set(path, text !== null && isWanted(text) ? { path, text } : null);
    return text;
  };
  const gone = shelf.whole ? [...known.keys()].filter((folder) => !shelf.folders.has(folder)) : [];
  index.change([], gone);
  let changes: FolderChange[] = [];
  for (const [folder, files] of shelf.folders) {
    const mark = markOfAll(files, now);
    if (mark !== '' && mark === known.get(folder)) continue;
    changes.push(changeOf(folder, mark, files, index.marks(folder), now, read));
    if (sizeOf(changes) < CHUNK) continue;
    index.change(changes, []);
    changes = [];
  }
  index.change(changes, []);
  return fresh;
}

/** The changes in a folder. A file that cannot be read, or whose mark may not show its next change, is not indexed. */
function changeOf(
  folder: string,
  mark: string,
  files: readonly [string, Stat][],
  held: ReadonlyMap<string, string>,
  now: number,
  read: (path: string) => string | null,
): FolderChange {
  const change: FolderChange = { folder, mark, put: [], drop: [] };
  const kept = new Set<string>();
  for (const [name, stat] of files) {
    const path = `${folder}/${name}`;
    const settled = isSettled(stat, now);
    if (settled && held.get(path) === stat.mark) {
      kept.add(path);
      continue;
    }
    const text = read(path);
    if (text === null) change.mark = '';
    else if (settled) change.put.push({ path, mark: stat.mark, text });
  }
  change.drop = [...held.keys()].filter((path) => !kept.has(path));
  return change;
}

function sizeOf(changes: readonly FolderChange[]): number {
  return changes.reduce((sum, { put }) => put.reduce((size, { text }) => size + text.length, sum), 0);
}

/** How long a second change may leave the mark of a file as it is: the clocks of some file systems tick in seconds. */
const UNSETTLED_MS = 3000;

function isSettled({ mtimeMs }: Stat, now: number): boolean {
  return mtimeMs < now - UNSETTLED_MS;
}

/** One mark for all files of a folder; '' if one of them changed just now. */
function markOfAll(files: readonly [string, Stat][], now: number): string {
  if (!files.every(([, stat]) => isSettled(stat, now))) return '';
  const marks = files.map(([name, { mark }]) => `${name}/${mark}`).join('\n');
  return createHash('sha256').update(marks).digest('base64url');
}
