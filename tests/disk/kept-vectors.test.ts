import { expect, it } from 'vitest';
import { DiskError } from '../../src/disk/disk.ts';
import { keepVectors, keptVectors } from '../../src/disk/kept-vectors.ts';
import { MemoryDisk } from '../../src/testing/memory-disk.ts';

const FILE = '.lemming/memory.vectors';
const some = new Map([
  ['a', Float32Array.of(0.5, -1, 3)],
  ['b', Float32Array.of(1, 2, 0)],
]);

it('are given back as they were kept, to what made them alone', () => {
  const disk = new MemoryDisk();
  expect(keptVectors(disk, 'x').size).toBe(0);
  keepVectors(disk, 'x', some);
  expect(keptVectors(disk, 'x')).toEqual(some);
  expect(keptVectors(disk, 'y').size).toBe(0);
  keepVectors(disk, 'x', new Map());
  expect(keptVectors(disk, 'x').size).toBe(0);
});

it('are made anew when the file is damaged, cut off, of another version or unreadable', () => {
  const disk = new MemoryDisk();
  keepVectors(disk, 'x', some);
  const whole = Buffer.from(disk.read(FILE) ?? []);
  const bad = [
    whole.subarray(0, -1),
    Buffer.from(whole).fill(0, whole.length - 4),
    Buffer.from('0 0\n{}\n'),
    Buffer.alloc(0),
  ];
  for (const bytes of bad) {
    disk.replace(FILE, bytes.toString('latin1'));
    expect(keptVectors(disk, 'x').size).toBe(0);
  }
  disk.looking = ({ name }) => (name === 'read' ? 'denied' : 'go');
  expect(keptVectors(disk, 'x').size).toBe(0);
});

it('what cannot be kept is told: it may have cost money', () => {
  const disk = new MemoryDisk();
  disk.plan = () => 'full';
  expect(() => keepVectors(disk, 'x', some)).toThrow(DiskError);
});
