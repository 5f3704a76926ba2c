import { expect, it } from 'vitest';
import { NOTHING_KEPT } from '../../../src/disk/cache/kept.ts';
import { DiskError } from '../../../src/disk/fs/disk.ts';
import { keepVectors, keptVectors } from '../../../src/disk/search/kept-vectors.ts';
import { FaultError } from '../../../src/schema/fault.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { keptIn } from '../../kept.ts';

const FILE = '.lemming/memory.vectors';
const some = new Map([
  ['a', Float32Array.of(0.5, -1, 3)],
  ['b', Float32Array.of(1, 2, 0)],
]);

it('are given back as they were kept, to what made them alone', () => {
  const disk = new MemoryDisk();
  expect(keptVectors(keptIn(disk), 'x').size).toBe(0);
  keepVectors(keptIn(disk), 'x', some);
  expect(keptVectors(keptIn(disk), 'x')).toEqual(some);
  expect(keptVectors(keptIn(disk), 'y').size).toBe(0);
  keepVectors(keptIn(disk), 'x', new Map());
  expect(keptVectors(keptIn(disk), 'x').size).toBe(0);
});

it('are made anew when the file is damaged, cut off, or unreadable', () => {
  const disk = new MemoryDisk();
  keepVectors(keptIn(disk), 'x', some);
  const whole = Buffer.from(disk.read(FILE) ?? []);
  const bad = [
    whole.subarray(0, -1),
    Buffer.from(whole).fill(0, whole.length - 4),
    Buffer.from('0 0\n{}\n'),
    Buffer.alloc(0),
  ];
  for (const bytes of bad) {
    disk.replace(FILE, bytes.toString('latin1'));
    expect(keptVectors(keptIn(disk), 'x').size).toBe(0);
  }
  disk.looking = ({ name }) => (name === 'read' ? 'denied' : 'go');
  expect(keptVectors(keptIn(disk), 'x').size).toBe(0);
});

it('what cannot be kept is told: it may have cost money', () => {
  const disk = new MemoryDisk();
  disk.plan = () => 'full';
  expect(() => keepVectors(keptIn(disk), 'x', some)).toThrow(DiskError);
  expect(() => keepVectors(NOTHING_KEPT, 'x', some)).toThrow(FaultError);
});
