import { byCodeUnit } from '../schema/name.ts';
import type { Disk } from './disk.ts';
import { INDEX_VERSION, type TextIndex } from './text-index.ts';

/** What `node:sqlite` and `better-sqlite3` have in common. */
export interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): { run(...values: unknown[]): unknown; all(...values: unknown[]): unknown[] };
  close(): void;
}
/** Opens a database file. */
export type Sqlite = (file: string) => Database;

const FILE = '.lemming/search.sqlite';
/** Three characters are the least that its words of three can find. */
const LEAST = 3;

const TABLES = `
CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, mark TEXT NOT NULL);
CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = 'trigram case_sensitive 1');
PRAGMA user_version = ${INDEX_VERSION};`;

/** The SQLite of this Node, else that of `better-sqlite3` if it is installed; null when there is none. */
export async function openSqlite(): Promise<Sqlite | null> {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {}; // Node says that its SQLite is young
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

/** Full-text search by words of three characters. One that is damaged is made anew; null when there can be none here. */
export function sqliteIndex(sqlite: Sqlite, disk: Disk, root: string): TextIndex | null {
  return tryOpen(sqlite, disk, root) ?? (removed(disk) ? tryOpen(sqlite, disk, root) : null);
}

function tryOpen(sqlite: Sqlite, disk: Disk, root: string): TextIndex | null {
  let db: Database | null = null;
  try {
    disk.mkdir('.lemming');
    if (!['file', undefined].includes(disk.stat(FILE)?.kind)) return null;
    db = sqlite(`${root}/${FILE}`);
    return indexIn(db);
  } catch {
    db?.close(); // whatever is wrong with it: the files are the truth, and another index answers the same
    return null;
  }
}

function removed(disk: Disk): boolean {
  try {
    for (const name of [FILE, `${FILE}-journal`]) disk.unlink(name);
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
    inOne(db, () => db.exec(`DROP TABLE IF EXISTS files; DROP TABLE IF EXISTS texts; ${TABLES}`));
  return {
    marks: () =>
      new Map((db.prepare('SELECT path, mark FROM files').all() as Row[]).map(({ path, mark }) => [path, mark])),
    change: (put, drop) => inOne(db, () => change(db, put, drop)),
    holding: (pieces) => (pieces.length === 0 ? [] : find(db, pieces).sort((a, b) => byCodeUnit(a.path, b.path))),
    close: () => db.close(),
  };
}

interface Row {
  path: string;
  mark: string;
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

function change(db: Database, put: Parameters<TextIndex['change']>[0], drop: Iterable<string>): void {
  const dropText = db.prepare('DELETE FROM texts WHERE rowid = (SELECT id FROM files WHERE path = ?)');
  const dropFile = db.prepare('DELETE FROM files WHERE path = ?');
  const putFile = db.prepare('INSERT INTO files (path, mark) VALUES (?, ?)');
  const putText = db.prepare('INSERT INTO texts (rowid, text) VALUES ((SELECT id FROM files WHERE path = ?), ?)');
  const remove = (path: string): void => {
    dropText.run(path);
    dropFile.run(path);
  };
  for (const path of drop) remove(path);
  for (const { path, mark, text } of put) {
    remove(path);
    putFile.run(path, mark);
    putText.run(path, text);
  }
}

/** Pieces that are too short for the table of words are looked for text by text. */
function find(db: Database, pieces: readonly string[]): { path: string; text: string }[] {
  const from = 'SELECT files.path AS path, texts.text AS text FROM texts JOIN files ON files.id = texts.rowid WHERE';
  const isShort = pieces.some((piece) => [...piece].length < LEAST);
  const rows = isShort
    ? db.prepare(`${from} ${pieces.map(() => 'instr(texts.text, ?) > 0').join(' OR ')}`).all(...pieces)
    : db.prepare(`${from} texts MATCH ?`).all(pieces.map((piece) => `"${piece.replaceAll('"', '""')}"`).join(' OR '));
  return (rows as { path: string; text: string }[]).map(({ path, text }) => ({ path, text }));
}
