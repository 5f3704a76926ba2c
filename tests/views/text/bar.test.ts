import { expect, it } from 'vitest';
import { printBar, printDuration } from '../../../src/views/text/bar.ts';

it('shows how far work is, and how long it may still take', () => {
  expect(printBar(0, 12, 0, 'turns')).toBe('[------------------------] 0/12 turns');
  expect(printBar(3, 12, 15_000, 'turns')).toBe('[######------------------] 3/12 turns, 45 s left');
  expect(printBar(12, 12, 60_000, 'turns')).toBe('[########################] 12/12 turns');
  expect(printBar(1, 3, 1000, '')).toBe('[########----------------] 33 %, 2 s left');
  expect(printBar(0, 0, 1000, 'files')).toBe('[------------------------] 0/0 files');
});

it('says durations as people do', () =>
  expect([1, 59_000, 60_000, 200_500, 7_500_000].map(printDuration)).toEqual([
    '1 s',
    '59 s',
    '1 min 0 s',
    '3 min 21 s',
    '2 h 5 min',
  ]));
