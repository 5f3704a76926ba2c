import { expect, it } from 'vitest';
import { compilePattern } from '../../src/core/pattern.ts';

it.each(['/(a+)+/', '/(a{2,})+/', '/(a{1,60})*/', '/(\\w+\\s?)*/', '/(a|b+)+/', '/((a+))+/'])(
  'refuses %s: it could take for ever',
  (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(/could take for ever/);
  },
);

it.each(['/(a{2})+/', '/(a{1,3})+/', '/(\\d+,)*/', '/(a?)?/', '/(a+)?/', '/[(+]+/', '/(?:ab)+/', '/(a+){3}/'])(
  'takes %s',
  (pattern) => {
    expect(compilePattern(pattern)).toBeInstanceOf(RegExp);
  },
);

it('searches a text as it stands, and ignores its case', () => {
  expect(compilePattern('a.b').test('xA.By')).toBe(true);
  expect(compilePattern('a.b').test('axb')).toBe(false);
});
