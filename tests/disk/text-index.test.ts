import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../../src/disk/disk.ts';
import { openIndex, refresh } from '../../src/disk/open-index.ts';
import { realDisk } from '../../src/disk/real.ts';
import { openSqlite } from '../../src/disk/sqlite-index.ts';
import type { TextIndex } from '../../src/disk/text-index.ts';
import { MemoryDisk } from '../../src/testing/memory-disk.ts';
import { scratch } from '../commands/world.ts';

const sqlite = await openSqlite();
console.log(`indexes under test: scan${sqlite ? ', SQLite' : '; this machine has no SQLite for Node'}`);

const KINDS: [string, () => Promise<typeof sqlite>][] = [
  ['scan', async () => null],
  ...(sqlite ? [['SQLite', async () => sqlite] as [string, () => Promise<typeof sqlite>]] : []),
];
const file = (path: string, text: string, mark = '1') => ({ path, text, mark });
const pathsOf = (found: { path: string }[]) => found.map(({ path }) => path);

describe.each(KINDS)('an index by %s', (kind, open) => {
  const fresh = () => scratch();
  const opened = (root: string, disk: Disk = realDisk(root)): Promise<TextIndex> => openIndex(disk, root, open);

  it('finds exactly the texts that hold a piece, whatever the piece is', async () => {
    const index = await opened(fresh());
    const piece = fc.oneof(
      fc.string({
        unit: fc.constantFrom('a', 'b', ' ', '"', "'", '%', 'é', '東', '😀', '\n', 'A', '*'),
        minLength: 1,
        maxLength: 6,
      }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
    );
    const texts = fc.array(
      fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('').replaceAll('\0', '')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        texts,
        fc.array(
          piece.filter((one) => !one.includes('\0')),
          { maxLength: 3 },
        ),
        (list, pieces) => {
          const files = list.map((text, i) => file(`f${i}`, text));
          index.change(files, [...index.marks().keys()]);
          const expected = files.filter(({ text }) => pieces.some((one) => text.includes(one)));
          expect(index.holding(pieces)).toEqual(expected.map(({ path, text }) => ({ path, text })));
        },
      ),
      { numRuns: 150 },
    );
    index.close();
  });

  it('is kept, and brought to where the files are', async () => {
    const root = fresh();
    const first = await opened(root);
    const read: string[] = [];
    const look = (texts: Record<string, string>) => (path: string) => {
      read.push(path);
      return texts[path] ?? null;
    };
    refresh(
      first,
      new Map([
        ['a', '1'],
        ['b', '1'],
        ['c', '1'],
      ]),
      look({ a: 'one', b: 'two' }),
    );
    first.close();
    const second = await opened(root);
    expect(pathsOf(second.holding(['one', 'two']))).toEqual(['a', 'b']);
    refresh(
      second,
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
      look({ b: 'three' }),
    );
    expect(read).toEqual(['a', 'b', 'c', 'b']);
    expect(pathsOf(second.holding(['two']))).toEqual([]);
    expect([...second.marks()].sort()).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    second.close();
  });

  it('that is damaged, or of another version, is made anew', async () => {
    const root = fresh();
    const name = join(root, '.lemming', kind === 'scan' ? 'search.json' : 'search.sqlite');
    for (const damage of ['no index at all'.repeat(100), '{"version":0,"files":[["a","1","x"]]}']) {
      const before = await opened(root);
      before.change([file('a', 'text')], []);
      before.close();
      expect(existsSync(name)).toBe(true);
      writeFileSync(name, damage);
      const after = await opened(root);
      expect(after.marks().size).toBe(0);
      after.change([file('b', 'text')], []);
      expect(pathsOf(after.holding(['tex']))).toEqual(['b']);
      after.close();
    }
  });

  it('leaves nothing outside of the organisation, and answers where it cannot be kept', async () => {
    const root = fresh();
    const outside = fresh();
    symlinkSync(outside, join(root, '.lemming'));
    for (const _time of [1, 2]) {
      const index = await opened(root);
      expect(index.marks().size).toBe(0);
      index.change([file('a', 'text')], []);
      expect(pathsOf(index.holding(['ext']))).toEqual(['a']);
      index.close();
    }
    expect(existsSync(join(outside, 'search.json')) || existsSync(join(outside, 'search.sqlite'))).toBe(false);
  });
});

it('where SQLite cannot be opened the scan answers', async () => {
  const disk = new MemoryDisk();
  const index = await openIndex(disk, '/nowhere', async () => () => {
    throw new Error('cannot open');
  });
  index.change([file('a', 'text')], []);
  expect(pathsOf(index.holding(['text']))).toEqual(['a']);
  index.close();
  expect(disk.stat('.lemming/search.json')?.kind).toBe('file');
});

it('a folder in the place of the kept texts is no index', async () => {
  const root = scratch();
  mkdirSync(join(root, '.lemming/search.json'), { recursive: true });
  const index = await openIndex(realDisk(root), root, async () => null);
  index.change([file('a', 'text')], []);
  index.close();
  expect(pathsOf(index.holding(['text']))).toEqual(['a']);
});
