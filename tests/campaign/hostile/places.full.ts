import { expect, it } from 'vitest';
import { alwaysStarts } from './places.ts';

it.each([
  ['', false],
  [' on a disk that folds names', true],
])(
  'whatever names and places agents and people choose, the next run starts%s',
  async (_where, folds) => {
    await expect(alwaysStarts(3000, 1000, folds)).resolves.toBeUndefined();
  },
  3_600_000,
);
