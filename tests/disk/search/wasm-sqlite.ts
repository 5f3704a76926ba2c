import wasm from 'node-sqlite3-wasm';
import type { Sqlite } from '../../../src/disk/search/sqlite-index.ts';

/** SQLite as WebAssembly: it needs no newer Node and nothing compiled, so that the index by SQLite is tested everywhere. */
export const wasmSqlite: Sqlite = (file) => {
  const db = new wasm.Database(file);
  return {
    exec: (sql) => db.exec(sql),
    prepare(sql) {
      const statement = db.prepare(sql);
      return {
        run: (...values) => statement.run(values as string[]),
        all: (...values) => statement.all(values as string[]),
      };
    },
    close: () => db.close(),
  };
};
