// @module-tag alone
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { SEGMENTS, Segments } from '../../../src/disk/journal/segments.ts';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lemming-segments-'));
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

/** Bytes of objects and texts in use. */
function heapUsed(): number {
  v8.setFlagsFromString('--expose-gc');
  (vm.runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** So many rows; a number is their version. */
function* rows(count: number, version: number, step = 1): Generator<[string, unknown]> {
  for (let i = 0; i < count; i += step)
    yield [`mail:planner/${String(i).padStart(8, '0')}`, { version, text: 'x'.repeat(700) }];
}

describe('sealed rows', () => {
  it('the memory holds their index alone, also when segments became one', () => {
    const before = heapUsed();
    const segments = new Segments(realDisk(root));
    for (let version = 1; version <= 8; version++) segments.add(rows(5000, version));
    expect(segments.index.map(({ rows }) => rows)).toEqual([5000]);
    expect(segments.index[0]?.blocks.length).toBeGreaterThan(100);
    expect(heapUsed() - before).toBeLessThan(1_500_000);
  });

  it('are found whatever their keys hold: quotes, backslashes, line ends', () => {
    const odd = fc.string({ unit: fc.constantFrom('"', '\\', '\n', ',', ']', '[', 'a', 'é', ' '), maxLength: 8 });
    fc.assert(
      fc.property(fc.uniqueArray(odd, { minLength: 1, maxLength: 30 }), (keys) => {
        const segments = new Segments(realDisk(root));
        const sorted = [...keys].sort((a, b) => (a < b ? -1 : 1));
        segments.add(sorted.map((key) => [`x:${key}`, `first ${key}`] as const));
        segments.add(sorted.filter((_, i) => i % 2).map((key) => [`x:${key}`, `second ${key}`] as const));
        const ground = segments.ground('x');
        const expected = sorted.map((key, i) => [key, `${i % 2 ? 'second' : 'first'} ${key}`]);
        expect([...ground.rows('', '\uffff')].map(([key, value]) => [key, value()])).toEqual(expected);
        expect(sorted.map((key) => [key, ground.get(key)])).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('the latest wins, whether segments became one or not; what was taken away is gone', () => {
    const segments = new Segments(realDisk(root));
    segments.add(rows(100, 1));
    segments.add(rows(100, 2, 10));
    segments.add([['mail:planner/00000003', null]]);
    const versions = (): unknown[] => {
      const ground = segments.ground('mail');
      const found = ['00000000', '00000001', '00000003'].map((key) => ground.get(`planner/${key}`));
      const all = [...ground.rows('', '\uffff')].map(([key, value]) => [key, (value() as { version: number }).version]);
      return [...found.map((one) => (one as { version: number } | undefined)?.version), all.length, all.slice(0, 4)];
    };
    const first = versions();
    expect(first).toEqual([
      2,
      1,
      undefined,
      99,
      [
        ['planner/00000000', 2],
        ['planner/00000001', 1],
        ['planner/00000002', 1],
        ['planner/00000004', 1],
      ],
    ]);
    for (let i = 0; i < 12; i++) segments.add([[`blobs:${i}`, 1]]);
    expect(segments.index.length).toBeLessThan(15);
    expect(versions()).toEqual(first);
    const again = new Segments(realDisk(root), segments.index);
    expect([...again.ground('blobs').rows('', '\uffff')].length).toBe(12);
    expect(again.ground('mail').get('planner/00000003')).toBeUndefined();
    again.sweep([]);
    expect(fs.readdirSync(path.join(root, '.lemming/old')).length).toBe(segments.index.length);
  });
});

it('those of a process that keeps no index go with it, and earlier when they became one; those of others stay', () => {
  const kept = new Segments(realDisk(root));
  kept.add(rows(10, 1));
  const child = `
    import { readdirSync } from 'node:fs';
    import { realDisk } from './src/disk/fs/real.ts';
    import { Segments } from './src/disk/journal/segments.ts';
    const segments = new Segments(realDisk(process.argv[1]), JSON.parse(process.argv[2]));
    segments.pass();
    for (let i = 0; i < 9; i++) segments.add([['mail:a/' + i, i]]);
    process.stdout.write(JSON.stringify([segments.index.length, readdirSync(process.argv[1] + '/.lemming/old').length]));`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', child, root, JSON.stringify(kept.index)];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  expect([stdout, stderr]).toEqual(['[3,3]', '']);
  expect(fs.readdirSync(path.join(root, SEGMENTS))).toEqual(kept.index.map(({ file }) => file));
});
