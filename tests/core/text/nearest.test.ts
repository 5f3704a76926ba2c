import { expect, it } from 'vitest';
import { nearestTo } from '../../../src/core/text/nearest.ts';

it.each([
  ['plannr', 'planner'],
  ['HUMAN', 'human'],
  ['coder_02', 'coder_01'],
  ['hrr', 'hr'],
  ['hmuan', 'human'],
])('the nearest name of %s is %s', (typed, nearest) => {
  expect(nearestTo(typed, ['hr', 'human', 'planner', 'coder_01', 'coder_11'])).toEqual({ nearest });
});

it('a name that is closer wins, and of equally close ones the first', () => {
  expect(nearestTo('worker_13', ['worker_2', 'worker_12', 'worker_14'])).toEqual({ nearest: 'worker_12' });
  expect(nearestTo('human', ['humans', 'human'])).toEqual({ nearest: 'human' });
});

it.each([['nosuch'], ['nobody'], ['x'], [''], ['h'.repeat(10_000)]])(
  'nothing is suggested for %s, which resembles no name',
  (typed) => {
    expect(nearestTo(typed, ['hr', 'human', 'planner'])).toEqual({});
  },
);
