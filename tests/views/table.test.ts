import { expect, it } from 'vitest';
import { count, shorten, table } from '../../src/views/table.ts';

it('aligns words to the left and numbers to the right', () => {
  expect(
    table([
      ['agent', 'spent', 'why'],
      ['hr', '0.25', 'no\nmail'],
      ['planner', '12', ''],
    ]),
  ).toBe('agent    spent  why\nhr        0.25  no mail\nplanner     12');
  expect(table([])).toBe('');
});

it('shortens by characters, not by halves of them', () => {
  expect(shorten('one  two\nthree', 100)).toBe('one two three');
  expect(shorten('😀😀😀😀', 3)).toBe('😀😀…');
});

it('counts', () => expect([count(1, 'act waits', 'acts wait'), count(2, 'turn')]).toEqual(['1 act waits', '2 turns']));
