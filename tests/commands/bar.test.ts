import { expect, it } from 'vitest';
import { barFor } from '../../src/commands/bar.ts';
import { testWorld } from './world.ts';

it('is drawn once work takes its time, and not before', async () => {
  const world = testWorld('');
  const began = performance.now();
  const bar = barFor(world, 'files');
  bar(1, 4);
  expect(world.sketched).toEqual([]);
  await expect.poll(() => bar(2, 4) ?? world.sketched).toEqual(['[############------------] 2/4 files, 1 s left']);
  expect(performance.now() - began).toBeGreaterThanOrEqual(499);
});
