import { expect, it } from 'vitest';
import { asks, fits, readFilter } from '../../../src/views/screen/filter.ts';
import { area, bar, spark } from '../../../src/views/screen/spark.ts';

const NAMES = ['from', 'unread', 'kind'];
const MAIL = { text: 'Build the Page', from: 'planner', to: ['coder_01', 'hr'], kind: 'report', unread: 'yes' };

it.each([
  ['', true],
  ['build page', true],
  ['build zebra', false],
  ['from:plan', true],
  ['from:hr', false],
  ['FROM:Planner Page', true],
  ['unread', true],
  ['unread kind:task', false],
  ['who:planner', false],
])('%j fits: %s', (line, expected) => expect(fits(readFilter(line, NAMES), MAIL)).toBe(expected));

it('a name without a value in the row never fits', () => {
  expect(fits(readFilter('unread', NAMES), { text: 'x', unread: [] })).toBe(false);
  expect(asks(readFilter('  ', NAMES))).toBe(false);
});

it('values become bars', () => {
  expect(spark([0, 1, 4, 8], 10)).toBe('·▁▄█');
  expect(spark([1, 2, 3, 4], 2)).toBe('▆█');
  expect(spark([], 5)).toBe('');
  expect([0, 0.001, 0.5, 0.999, 1, 2].map((part) => bar(part, 4))).toEqual([
    '░░░░',
    '█░░░',
    '██░░',
    '███░',
    '████',
    '████',
  ]);
  expect(area([8, 4, 0], 8, 3, 2)).toEqual(['█  ', '██ ']);
  expect(area([], 8, 3, 2)).toEqual(['', '']);
});
