import fc from 'fast-check';
import { expect, it } from 'vitest';
import { play, type Saga, sagas } from './sagas.ts';

it('a saga ends as it must, for many sagas', async () => {
  await fc.assert(
    fc.asyncProperty(sagas(8), fc.constantFrom(8, 64), async (saga, concurrency) => {
      const once = await play(saga, 1);
      if (saga.kill === null) expect(await play(saga, concurrency)).toEqual(once);
    }),
    { numRuns: 300, endOnFailure: true },
  );
}, 600_000);

it('a saga that fails survives a kill at every operation of the disk', async () => {
  const saga: Saga = {
    steps: [
      { needs: [], who: 'a', end: 'completes', undo: 'undo' },
      { needs: [0], who: 'b', end: 'completes', undo: 'task' },
      { needs: [1], who: 'a', end: 'fails', undo: 'undo' },
    ],
    meddling: [],
    kill: null,
  };
  for (let kill = 0; kill < 400; kill += 1) await play({ ...saga, kill }, 1);
}, 600_000);
