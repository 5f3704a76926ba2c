import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkRouting, play, stories } from './routes.ts';

/** A failure ends the test and names its seed and path: to shrink such stories takes hours. So does a case that hangs. */
const BOUNDED = {
  endOnFailure: true,
  timeout: 60_000,
  interruptAfterTimeLimit: 1_800_000,
  markInterruptAsFailure: true,
};

it('10,000 random sets of routes with random mail', () => {
  fc.assert(fc.property(stories, checkRouting), { numRuns: 10_000, ...BOUNDED });
}, 3_600_000);

it('500 organisations with random routes keep the rules, at concurrency 1 and 64 and after kills', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const calm = { ...story, kill: null };
      expect(await play(calm, 64)).toEqual(await play(calm, 1));
      await play(story, 8);
    }),
    { numRuns: 500, ...BOUNDED },
  );
}, 3_600_000);
