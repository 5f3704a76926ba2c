import { expect, it } from 'vitest';
import { FILE_MARKS, readFileMarks, writeFileMarks } from '../../../src/disk/cache/file-marks.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { keptIn } from '../../kept.ts';

const MARKS = new Map([['org/tasks/a.md', '1:2:3']]);

it('marks hold for one state and the secrets of that time', () => {
  const kept = keptIn(new MemoryDisk());
  const secrets = new Map([['hush', 'KEY']]);
  writeFileMarks(kept, { seal: 's', secrets }, MARKS);
  expect(readFileMarks(kept, { seal: 's', secrets })).toEqual(MARKS);
  expect(readFileMarks(kept, { seal: 't', secrets })).toEqual(new Map());
  expect(readFileMarks(kept, { seal: 's', secrets: new Map() })).toEqual(new Map());
});

it('marks tell no secret', () => {
  const disk = new MemoryDisk();
  writeFileMarks(keptIn(disk), { seal: 's', secrets: new Map([['hush', 'KEY']]) }, MARKS);
  const text = Buffer.from(disk.read(`.lemming/${FILE_MARKS}`) as Uint8Array).toString();
  expect(text).not.toMatch(/hush|KEY/);
});
