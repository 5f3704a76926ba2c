import { expect, it, onTestFinished, vi } from 'vitest';
import { barFor } from '../../src/commands/bar.ts';
import { realClock } from '../../src/disk/clock.ts';
import { testWorld } from './world.ts';

it('is drawn once work takes its time, and not before', () => {
  let ticks = 1000;
  vi.spyOn(realClock, 'ticks').mockImplementation(() => ticks);
  onTestFinished(() => void vi.restoreAllMocks());
  const world = testWorld('');
  const bar = barFor(world, 'files');
  ticks += 499;
  bar(1, 4);
  expect(world.sketched).toEqual([]);
  ticks += 1;
  bar(2, 4);
  expect(world.sketched).toEqual(['[############------------] 2/4 files, 1 s left']);
});
