import fc from 'fast-check';
import { expect, it } from 'vitest';
import { play, stories } from './plans.ts';

it('2,500 random plans of up to 60 tasks keep the rules, at concurrency 1, 8 and 64', async () => {
  await fc.assert(
    fc.asyncProperty(stories(1, 60), async (story) => {
      const calm = { ...story, kill: null };
      const once = await play(calm, 1);
      expect(await play(calm, 8)).toEqual(once);
      expect(await play(calm, 64)).toEqual(once);
      await play(story, 8);
    }),
    { numRuns: 2500, endOnFailure: true },
  );
}, 3_600_000);
