import { expect, it } from 'vitest';
import { noteMadeHere, noteReceived, receivedUntil } from '../../../src/disk/cache/received.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { keptIn } from '../../kept.ts';

it('a folder that nobody knows was received with all that lies in it, once', () => {
  const kept = keptIn(new MemoryDisk());
  expect(receivedUntil(kept)).toBeNull();
  expect([noteReceived(kept, 7), noteReceived(kept, 9), receivedUntil(kept)]).toEqual([7, 7, 7]);
});

it('a folder that was made here was not received', () => {
  const kept = keptIn(new MemoryDisk());
  noteMadeHere(kept);
  expect([noteReceived(kept, 7), receivedUntil(kept)]).toEqual([0, 0]);
});

it('a note that says no turn counts as none', () => {
  const kept = keptIn(new MemoryDisk());
  kept.write('received', '', 'soon');
  expect([receivedUntil(kept), noteReceived(kept, 3)]).toEqual([null, 3]);
});
