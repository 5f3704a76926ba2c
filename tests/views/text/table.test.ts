import { expect, it } from 'vitest';
import { count, rowsOf, shorten, table, unmarked } from '../../../src/views/text/table.ts';

it('marks headings, rows and cells, each in one line', () => {
  expect(
    table([
      ['agent', 'why'],
      ['hr', 'no\nmail'],
    ]),
  ).toBe('\u001dagent\u001f  why\n\u001ehr\u001f  no mail');
  expect(rowsOf([['hr', 'idle']])).toBe('\u001ehr\u001f  idle');
  expect(table([])).toBe('');
});

it('lets no text of others pass for a table', () => {
  expect(unmarked('\u001da\u001eb\u001f  c')).toBe('ab  c');
  expect(rowsOf([['a\u001fb', '\u001dc']])).toBe('\u001eab\u001f  c');
});

it('shortens by characters, not by halves of them', () => {
  expect(shorten('one  two\nthree', 100)).toBe('one two three');
  expect(shorten('😀😀😀😀', 3)).toBe('😀😀…');
});

it('counts', () => expect([count(1, 'act waits', 'acts wait'), count(2, 'turn')]).toEqual(['1 act waits', '2 turns']));
