/** The index that uses the full-text search of SQLite. */
import fs from 'node:fs';
import { copyWith } from '../../schema/copy.ts';
import type { KeptFiles } from '../cache/kept.ts';
import { type Disk, DiskError } from '../fs/disk.ts';
import {
  type FolderChange,
  type FoundFile,
  INDEX_VERSION,
  IndexError,
  type Indexed,
  type IndexName,
  type TextIndex,
} from './text-index.ts';

/** The common part of `node:sqlite` and `better-sqlite3`. */
export interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): { run(...values: unknown[]): unknown; all(...values: unknown[]): unknown[] };
  close(): void;
}
export type Sqlite = (file: string) => Database;

/** The shortest piece that a trigram index can find. */
const LEAST = 3;

const TABLES = `
CREATE TABLE folders (path TEXT PRIMARY KEY, mark TEXT NOT NULL);
CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, folder TEXT NOT NULL, mark TEXT NOT NULL);
CREATE INDEX of_folder ON files (folder);
CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = 'trigram case_sensitive 1');
PRAGMA user_version = ${INDEX_VERSION};`;

const HELD =
  'SELECT files.path AS path, files.mark AS mark, texts.text AS text FROM texts JOIN files ON files.id = texts.rowid WHERE folder = ?';

/** The SQLite of this Node, or `better-sqlite3` if it is installed; otherwise null. */
export async function openSqlite(): Promise<Sqlite | null> {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {}; // Node warns that its SQLite is experimental
  try {
    return (await fromNode()) ?? (await fromPackage());
  } finally {
    process.emitWarning = emitWarning;
  }
}

async function fromNode(): Promise<Sqlite | null> {
  const found = await load<{ DatabaseSync: new (file: string) => Database }>('node:sqlite');
  return found && ((file) => new found.DatabaseSync(file));
}

async function fromPackage(): Promise<Sqlite | null> {
  const found = await load<{ default: new (file: string) => Database }>('better-sqlite3');
  return found && ((file) => new found.default(file));
}

async function load<T>(name: string): Promise<T | null> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_UNKNOWN_BUILTIN_MODULE' || code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/**
 * A full-text index of trigrams. A damaged one is built again; null if none is possible here. Errors of a query are thrown as
 * `IndexError`.
 */
export function sqliteIndex(
  sqlite: Sqlite,
  { disk, kept }: { disk: Disk; kept: KeptFiles },
  root: string,
  name: IndexName,
): TextIndex | null {
  const file = fileOf(name);
  if (isMarked(kept, root, name) === false && !removed(disk, file)) return null;
  const index = tryOpen(sqlite, disk, root, file) ?? (removed(disk, file) ? tryOpen(sqlite, disk, root, file) : null);
  const inode = fs.lstatSync(`${root}/${file}`, { throwIfNoEntry: false })?.ino;
  return index && copyWith(index, { close: () => closeMarked(index, kept, `${root}/${file}`, inode, name) });
}

/** Whether the database has the mark that it had when a search closed it; null if it was never marked. */
export function isMarked(kept: KeptFiles, root: string, name: IndexName): boolean | null {
  const mark = markOf(`${root}/${fileOf(name)}`);
  return mark === null ? null : kept.read(`${name}.mark`)?.bytes.toString() === mark;
}

/**
 * The database changes in place, so its mark is kept instead of a MAC of its content: writing to the file or copying it changes
 * the mark. A database without our mark is built again.
 */
function closeMarked(
  index: TextIndex,
  kept: KeptFiles,
  path: string,
  inode: number | undefined,
  name: IndexName,
): void {
  index.close();
  const mark = markOf(path);
  try {
    if (!mark?.startsWith(`${inode}:`)) return; // another search built it again in the meantime
    if (kept.read(`${name}.mark`)?.bytes.toString() !== mark) kept.write(`${name}.mark`, '', mark);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error; // then the next search builds it again
  }
}

function markOf(path: string): string | null {
  const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}` : null;
}

export function fileOf(name: IndexName): string {
  return `.lemming/${name}.sqlite`;
}

function tryOpen(sqlite: Sqlite, disk: Disk, root: string, file: string): TextIndex | null {
  let db: Database | null = null;
  try {
    disk.mkdir('.lemming');
    if (!['file', undefined].includes(disk.stat(file)?.kind)) return null;
    db = sqlite(`${root}/${file}`);
    return indexIn(db);
  } catch {
    db?.close(); // whatever is wrong with it: another index gives the same answers
    return null;
  }
}

/** Removes an index that cannot be repaired. */
export function removeSqlite(disk: Disk, name: IndexName): void {
  removed(disk, fileOf(name));
}

function removed(disk: Disk, file: string): boolean {
  try {
    for (const name of [file, `${file}-journal`]) disk.unlink(name);
    return true;
  } catch {
    return false;
  }
}

function indexIn(db: Database): TextIndex {
  db.exec('PRAGMA busy_timeout = 2000');
  const [{ user_version } = { user_version: 0 }] = db.prepare('PRAGMA user_version').all() as {
    user_version: number;
  }[];
  if (user_version !== INDEX_VERSION)
    inOne(db, () =>
      db.exec(`DROP TABLE IF EXISTS folders; DROP TABLE IF EXISTS files; DROP TABLE IF EXISTS texts; ${TABLES}`),
    );
  return {
    folders: () => sound(() => marksIn(db.prepare('SELECT path, mark FROM folders').all())),
    marks: (folder) => sound(() => marksIn(db.prepare('SELECT path, mark FROM files WHERE folder = ?').all(folder))),
    held: (folder) => sound(() => db.prepare(HELD).all(folder) as Indexed[]),
    change(changes, gone) {
      if (changes.length || gone.length) sound(() => inOne(db, () => change(db, changes, gone)));
    },
    holding: (pieces) => sound(() => (pieces.length === 0 ? [] : find(db, pieces))),
    close: () => db.close(),
  };
}

function sound<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new IndexError(error);
  }
}

function marksIn(rows: unknown[]): Map<string, string> {
  return new Map((rows as { path: string; mark: string }[]).map(({ path, mark }) => [path, mark]));
}

function inOne(db: Database, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function change(db: Database, changes: readonly FolderChange[], gone: readonly string[]): void {
  const dropText = db.prepare('DELETE FROM texts WHERE rowid = (SELECT id FROM files WHERE path = ?)');
  const dropFile = db.prepare('DELETE FROM files WHERE path = ?');
  const putFile = db.prepare('INSERT INTO files (path, folder, mark) VALUES (?, ?, ?)');
  const putText = db.prepare('INSERT INTO texts (rowid, text) VALUES ((SELECT id FROM files WHERE path = ?), ?)');
  const putFolder = db.prepare('INSERT OR REPLACE INTO folders (path, mark) VALUES (?, ?)');
  const remove = (path: string): void => {
    dropText.run(path);
    dropFile.run(path);
  };
  for (const { folder, mark, put, drop } of changes) {
    for (const path of drop) remove(path);
    for (const one of put) {
      remove(one.path);
      putFile.run(one.path, folder, one.mark);
      putText.run(one.path, one.text);
    }
    putFolder.run(folder, mark);
  }
  for (const folder of gone) {
    db.prepare('DELETE FROM texts WHERE rowid IN (SELECT id FROM files WHERE folder = ?)').run(folder);
    db.prepare('DELETE FROM files WHERE folder = ?').run(folder);
    db.prepare('DELETE FROM folders WHERE path = ?').run(folder);
  }
}

/** Searches text by text for pieces that are too short for the trigram table. */
function find(db: Database, pieces: readonly string[]): FoundFile[] {
  const from = 'SELECT files.path AS path, texts.text AS text FROM texts JOIN files ON files.id = texts.rowid WHERE';
  const isShort = pieces.some((piece) => [...piece].length < LEAST);
  const rows = isShort
    ? db.prepare(`${from} ${pieces.map(() => 'instr(texts.text, ?) > 0').join(' OR ')}`).all(...pieces)
    : db.prepare(`${from} texts MATCH ?`).all(pieces.map((piece) => `"${piece.replaceAll('"', '""')}"`).join(' OR '));
  return (rows as FoundFile[]).map(({ path, text }) => ({ path, text }));
}
