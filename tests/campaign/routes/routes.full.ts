import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkRouting, play, stories } from './routes.ts';

it('10,000 random sets of routes with random mail', () => {
  fc.assert(fc.property(stories, checkRouting), { numRuns: 10_000 });
}, 3_600_000);

it('500 organisations with random routes keep the rules, at concurrency 1 and 64 and after kills', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const calm = { ...story, kill: null };
      expect(await play(calm, 64)).toEqual(await play(calm, 1));
      await play(story, 8);
    }),
    { numRuns: 500 },
  );
}, 3_600_000);
