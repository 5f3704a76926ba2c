import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkRouting, play, stories } from './routes.ts';

it('random routes and mail: nothing crashes, nobody is reached without an edge, and nobody twice', () => {
  fc.assert(fc.property(stories, checkRouting), { numRuns: 100 });
});

it('in an organisation each message reaches each reader once, also after a kill, with the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const calm = { ...story, kill: null };
      expect(await play(calm, 64)).toEqual(await play(calm, 1));
      if (story.kill !== null) await play(story, 8);
    }),
    { numRuns: 8, endOnFailure: true },
  );
}, 120_000);
