import fc from 'fast-check';
import { expect, it } from 'vitest';
import { play, stories } from './plans.ts';

it('random plans with failures, what people do to them and kills: nothing before its needs, nothing twice, the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(stories(1, 12), async (story) => {
      const once = await play(story, 1);
      expect(await play({ ...story, kill: null }, 8)).toEqual(story.kill === null ? once : expect.any(Map));
    }),
    { numRuns: 25 },
  );
}, 120_000);
