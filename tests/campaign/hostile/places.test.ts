import { expect, it } from 'vitest';
import { alwaysStarts } from './places.ts';

/** Stories of each kind; `npm run test:crash` tells 3,000. */
const STORIES = 60;

it.each([
  ['', false],
  [' on a disk that folds names', true],
])(
  'whatever names and places agents and people choose, the next run starts%s',
  async (_where, folds) => {
    await expect(alwaysStarts(STORIES, 1, folds)).resolves.toBeUndefined();
  },
  240_000,
);
