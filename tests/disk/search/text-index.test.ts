// @module-tag disk
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../../../src/disk/fs/disk.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { differingIndexes, findTexts, type SearchedTexts } from '../../../src/disk/search/find-texts.ts';
import { scanIndex } from '../../../src/disk/search/scan-index.ts';
import { openSqlite, type Sqlite, sqliteIndex } from '../../../src/disk/search/sqlite-index.ts';
import type { TextIndex } from '../../../src/disk/search/text-index.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { scratch } from '../../commands/world.ts';
import { keptIn } from '../../kept.ts';
import { wasmSqlite } from './wasm-sqlite.ts';

const sqlite = await openSqlite();
console.log(
  `indexes under test: scan, SQLite as WebAssembly${sqlite ? ', SQLite of this machine' : '; this machine has no SQLite for Node'}`,
);

const KINDS: [string, Sqlite | null][] = [
  ['scan', null],
  ['SQLite as WebAssembly', wasmSqlite],
  ...(sqlite ? [['SQLite of this machine', sqlite] as [string, Sqlite]] : []),
];
const file = (path: string, text: string, mark = '1') => ({ path, text, mark });
const viewOf = (disk: Disk) => ({ disk, kept: keptIn(disk) });
const put = (...files: { path: string; text: string; mark: string }[]) => [
  { folder: 'f', mark: 'm', put: files, drop: [] },
];
const pathsOf = (found: { path: string }[]) => found.map(({ path }) => path).sort();

/** A person writes a file at some time long ago. */
function write(root: string, path: string, text: string, seconds = 1000): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  if (seconds) utimesSync(join(root, path), seconds, seconds);
}

describe.each(KINDS)('an index by %s', (kind, source) => {
  const opened = (root: string): TextIndex => {
    const index = source
      ? sqliteIndex(source, viewOf(realDisk(root)), root, 'mail')
      : scanIndex(keptIn(realDisk(root)), 'mail');
    if (!index) throw new Error('there is no index');
    return index;
  };
  const nameIn = (root: string): string => join(root, '.lemming', source ? 'mail.sqlite' : 'mail.texts');
  /** Searches the folders, and tells what was read for it. */
  const search = async (root: string, folders: readonly string[], pieces: string[], whole = true) => {
    const disk = realDisk(root);
    const read: string[] = [];
    const shelf: SearchedTexts = {
      name: 'mail',
      folders: new Map(folders.map((folder) => [folder, disk.look(folder) ?? []])),
      whole,
      text(path) {
        read.push(path);
        const bytes = disk.read(path);
        const text = bytes && Buffer.from(bytes).toString();
        return text === 'unreadable' ? null : text;
      },
    };
    const found = await findTexts(viewOf(disk), root, shelf, pieces, async () => source);
    return { found: found.map(({ path }) => path), read };
  };

  it('is compared with the files: what it would answer wrongly is told, what it reads again anyway is not', async () => {
    const root = scratch();
    write(root, 'f/one', 'a text');
    write(root, 'f/two', 'another text');
    await search(root, ['f'], ['text']);
    const disk = realDisk(root);
    const answered: string[][] = [];
    const compare = async (text: (path: string) => string | null, folders = ['f']) => {
      const shelf = {
        name: 'mail' as const,
        folders: new Map(folders.map((one) => [one, disk.look(one) ?? []])),
        whole: true,
        text,
      };
      answered.push(await differingIndexes(viewOf(disk), root, shelf, async () => source));
      return answered.at(-1);
    };
    const asItIs = (path: string) => Buffer.from(disk.read(path) ?? []).toString();
    const wrong = [`.lemming/${source ? 'mail.sqlite' : 'mail.texts'}`];
    expect(await compare(asItIs)).toEqual([]);
    expect(await compare((path) => (path === 'f/two' ? 'other words' : asItIs(path)))).toEqual(wrong);
    expect(await compare(asItIs)).toEqual([]);
    write(root, 'f/two', 'changed since', 2000);
    write(root, 'f/three', 'new', 2000);
    expect(await compare(asItIs)).toEqual([]);
    await search(root, ['f'], ['text']);
    const index = opened(root);
    const [held] = index.held('f');
    expect(index.held('f').map(({ path, text }) => [path, text])).toEqual(
      expect.arrayContaining([
        ['f/three', 'new'],
        ['f/two', 'changed since'],
        ['f/one', 'a text'],
      ]),
    );
    const mark = index.folders().get('f') as string;
    index.change([{ folder: 'f', mark, put: [], drop: [(held as { path: string }).path] }], []);
    index.close();
    expect(await compare(asItIs)).toEqual(wrong);
  });

  it('finds exactly the texts that hold a piece, whatever the piece is', () => {
    const index = opened(scratch());
    const piece = fc
      .oneof(
        fc.string({
          unit: fc.constantFrom('a', 'b', ' ', '"', "'", '%', 'é', '東', '😀', '\n', 'A', '*'),
          minLength: 1,
          maxLength: 6,
        }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
      )
      .map((text) => text.replaceAll('\0', '0'));
    const texts = fc.array(
      fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(texts, fc.array(piece, { maxLength: 3 }), (list, pieces) => {
        const files = list.map((text, i) => file(`f/${i}`, text));
        index.change([{ folder: 'f', mark: '', put: files, drop: [...index.marks('f').keys()] }], []);
        const expected = files.filter(({ text }) => pieces.some((one) => text.includes(one)));
        const found = index.holding(pieces).sort((a, b) => (a.path < b.path ? -1 : 1));
        expect(found).toEqual(expected.map(({ path, text }) => ({ path, text })));
      }),
      { numRuns: 150 },
    );
    index.close();
  });

  it('finds the same once it was kept and opened again', () => {
    const root = scratch();
    const words = fc.array(fc.constantFrom('ab', 'b', 'é', '東京', ' ', 'a\n'), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(words, { minLength: 1, maxLength: 9 }),
        fc.constantFrom('ab', 'b', 'ba', '京', '\n', 'bab'),
        (list, piece) => {
          rmSync(join(root, '.lemming'), { recursive: true, force: true });
          const files = list.map((parts, i) => file(`${i % 3}/${i}`, parts.join('')));
          const first = opened(root);
          const folders = ['0', '1', '2'].map((folder) => ({
            folder,
            mark: folder,
            put: files.filter(({ path }) => path.startsWith(folder)),
            drop: [],
          }));
          first.change(folders, []);
          first.close();
          const again = opened(root);
          expect([...again.folders()].sort()).toEqual([
            ['0', '0'],
            ['1', '1'],
            ['2', '2'],
          ]);
          expect(pathsOf(again.holding([piece]))).toEqual(pathsOf(files.filter(({ text }) => text.includes(piece))));
          expect([...again.marks('1').keys()].sort()).toEqual(pathsOf(folders[1]?.put ?? []));
          again.close();
        },
      ),
      { numRuns: source ? 20 : 100 },
    );
  });

  it('is kept, and reads only what changed', async () => {
    const root = scratch();
    write(root, 'a/1', 'one');
    write(root, 'a/2', 'two');
    write(root, 'b/1', 'one more');
    expect(await search(root, ['a', 'b'], ['one'])).toEqual({ found: ['a/1', 'b/1'], read: ['a/1', 'a/2', 'b/1'] });
    expect(await search(root, ['a', 'b'], ['one'])).toEqual({ found: ['a/1', 'b/1'], read: [] });
    write(root, 'a/2', 'one', 2000);
    write(root, 'a/3', 'one', 1000);
    rmSync(join(root, 'b/1'));
    expect(await search(root, ['a', 'b'], ['one'])).toEqual({ found: ['a/1', 'a/2', 'a/3'], read: ['a/2', 'a/3'] });
    expect(await search(root, ['a'], ['one'])).toEqual({ found: ['a/1', 'a/2', 'a/3'], read: [] });
    expect(await search(root, ['b'], ['one'], false)).toEqual({ found: [], read: [] });
    expect(await search(root, ['a'], ['two'])).toEqual({ found: [], read: [] });
  });

  it('reads again what was written just now: its mark may not show the next change', async () => {
    const root = scratch();
    write(root, 'a/1', 'one', 0);
    expect(await search(root, ['a'], ['one'])).toEqual({ found: ['a/1'], read: ['a/1'] });
    const { mtime } = statSync(join(root, 'a/1'));
    writeFileSync(join(root, 'a/1'), 'two');
    utimesSync(join(root, 'a/1'), mtime, mtime);
    expect(await search(root, ['a'], ['two'])).toEqual({ found: ['a/1'], read: ['a/1'] });
  });

  it('tries again what could not be read', async () => {
    const root = scratch();
    write(root, 'a/1', 'unreadable');
    write(root, 'a/2', 'fine');
    expect((await search(root, ['a'], ['e'])).found).toEqual(['a/2']);
    expect(await search(root, ['a'], ['e'])).toEqual({ found: ['a/2'], read: ['a/1'] });
  });

  it('that is damaged, cut off or of another version is made anew', async () => {
    const root = scratch();
    write(root, 'a/1', `some text ${'and so on '.repeat(2000)}`);
    const damages = [
      () => Buffer.from('no index at all'.repeat(100)),
      () => Buffer.from('1 0\n[]\n'),
      () => Buffer.alloc(0),
      (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
      (bytes: Buffer) => bytes.fill(0x21, 100, bytes.length - 100),
    ];
    for (const damage of damages) {
      expect((await search(root, ['a'], ['text and'])).found).toEqual(['a/1']);
      writeFileSync(nameIn(root), damage(readFileSync(nameIn(root))));
      expect((await search(root, ['a'], ['text and'])).found).toEqual(['a/1']);
      expect((await search(root, ['a'], ['text and'])).found).toEqual(['a/1']);
      expect((await search(root, ['a'], ['text and'])).read).toEqual([]);
    }
  });

  it('leaves nothing outside of the organisation, and answers where it cannot be kept', async () => {
    const root = scratch();
    const outside = scratch();
    symlinkSync(outside, join(root, '.lemming'));
    write(root, 'a/1', 'text');
    for (const _time of [1, 2]) expect(await search(root, ['a'], ['ext'])).toEqual({ found: ['a/1'], read: ['a/1'] });
    expect(existsSync(join(outside, 'mail.texts')) || existsSync(join(outside, 'mail.sqlite'))).toBe(false);
  });

  it(`a folder in its place is no index (${kind})`, async () => {
    const root = scratch();
    write(root, 'a/1', 'text');
    mkdirSync(nameIn(root), { recursive: true });
    expect((await search(root, ['a'], ['ext'])).found).toEqual(['a/1']);
  });
});

const readOf = (disk: MemoryDisk): SearchedTexts => ({
  name: 'memory',
  folders: new Map([['a', disk.look('a') ?? []]]),
  whole: true,
  text: () => 'text',
});

it('where SQLite cannot be opened, or does not work, the scan answers', async () => {
  const failing = (message: string) => (): never => {
    throw new Error(message);
  };
  const mute = { exec: () => {}, close: () => {} };
  const sources: Sqlite[] = [
    failing('cannot open'),
    () => ({ ...mute, prepare: failing('no such table') }),
    () => ({
      ...mute,
      prepare: (sql) => ({
        run: () => {},
        all: sql.startsWith('PRAGMA') ? () => [{ user_version: 2 }] : failing('attempt to write a readonly database'),
      }),
    }),
  ];
  for (const source of sources) {
    const disk = new MemoryDisk();
    disk.put('a/1', 'text');
    disk.put('.lemming/memory.sqlite', 'kept');
    const found = await findTexts(viewOf(disk), '/nowhere', readOf(disk), ['text'], async () => source);
    expect(found).toEqual([{ path: 'a/1', text: 'text' }]);
    expect(disk.stat('.lemming/memory.texts')?.kind).toBe('file');
  }
});

it('SQLite that finds its file broken while it is asked takes it away', async () => {
  const disk = new MemoryDisk();
  disk.put('a/1', 'text');
  disk.put('.lemming/memory.sqlite', 'kept');
  const source: Sqlite = () => ({
    exec: () => {},
    close: () => {},
    prepare: (sql) => ({
      run: () => {},
      all() {
        if (sql.startsWith('PRAGMA')) return [{ user_version: 2 }];
        throw new Error('database disk image is malformed');
      },
    }),
  });
  expect(pathsOf(await findTexts(viewOf(disk), '/nowhere', readOf(disk), ['text'], async () => source))).toEqual([
    'a/1',
  ]);
  expect(disk.stat('.lemming/memory.sqlite')).toBeNull();
});

it('where nothing can be written the scan answers', async () => {
  const disk = new MemoryDisk();
  disk.put('a/1', 'text');
  disk.plan = () => 'read-only';
  for (const _time of [1, 2])
    expect(pathsOf(await findTexts(viewOf(disk), '/nowhere', readOf(disk), ['text'], async () => null))).toEqual([
      'a/1',
    ]);
  expect(disk.stat('.lemming')).toBeNull();
});

it('what is too much for the file of texts is looked for in the files', () => {
  const disk = new MemoryDisk();
  const index = scanIndex(keptIn(disk), 'mail', 1000);
  index.change(put(file('f/1', 'one'), file('f/2', 'x'.repeat(800)), file('f/3', 'one')), []);
  expect(index.folders()).toEqual(new Map([['f', '']]));
  expect(pathsOf(index.holding(['one']))).toEqual(['f/1', 'f/3']);
  expect([...index.marks('f').keys()]).toEqual(['f/1', 'f/3']);
  index.change([{ folder: 'f', mark: '2', put: [file('f/3', 'two')], drop: ['f/1'] }], []);
  index.close();
  expect(pathsOf(scanIndex(keptIn(disk), 'mail').holding(['one', 'two']))).toEqual(['f/3']);
});

it('a small change is not worth writing all texts anew, many are', () => {
  const disk = new MemoryDisk();
  const all = Array.from({ length: 1000 }, (_, i) => file(`f/${i}`, `text ${i}`));
  const change = (files: typeof all): number => {
    const index = scanIndex(keptIn(disk), 'mail');
    index.change(put(...files), []);
    index.close();
    return [...scanIndex(keptIn(disk), 'mail').marks('f').values()].filter((mark) => mark === '2').length;
  };
  expect(change(all)).toBe(0);
  expect(change([file('f/1', 'new', '2')])).toBe(0);
  expect(change(all.slice(0, 100).map((one) => ({ ...one, mark: '2' })))).toBe(100);
});
