import fc from 'fast-check';
import { expect, it } from 'vitest';
import { play, sagas } from './sagas.ts';

it('a saga ends as all done, as all taken back, or with exactly the reported rest, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(sagas(5), fc.constantFrom(8, 64), async (saga, concurrency) => {
      const once = await play(saga, 1);
      if (saga.kill === null) expect(await play(saga, concurrency)).toEqual(once);
    }),
    { numRuns: 20, endOnFailure: true },
  );
});
