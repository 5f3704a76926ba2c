import { expect, it } from 'vitest';
import { compilePattern, groupsIn, SEARCHED_CHARS } from '../../../src/core/text/pattern.ts';

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

it.each([
  ['/a/gy', 'xa', true],
  ['/a/d', 'xa', true],
  ['/^A/i', 'ab', true],
  ['/^b/m', 'a\nb', true],
])('knows the flags of %s', (pattern, text, fits) => {
  const compiled = compilePattern(pattern);
  expect([compiled.test(text), compiled.test(text), compiled.flags]).toEqual([
    fits,
    fits,
    pattern.slice(pattern.lastIndexOf('/') + 1).replace(/[dgy]/g, ''),
  ]);
});

it('gives the groups of a match in the part of a text that is searched', () => {
  expect(groupsIn(compilePattern('/(a)(b)?/'), 'xa')).toEqual(['a', '']);
  expect(groupsIn(compilePattern('a'), 'xa')).toEqual([]);
  expect(groupsIn(compilePattern('b'), 'xa')).toBeNull();
  const text = (before: number) => `${'x'.repeat(before)}(end)`;
  expect(groupsIn(compilePattern('/(end)/'), text(SEARCHED_CHARS - 4))).toEqual(['end']);
  expect(groupsIn(compilePattern('/(end)/'), text(SEARCHED_CHARS - 3))).toBeNull();
});

it.each([
  ['/(a{1,50})+/', true],
  ['/(a{1,51})+/', false],
  ['/(\\(a+)+/', true],
  ['/(a+b|c)+/', true],
  ['/(?:a+)+/', false],
  ['/(?<n>a+)+/', false],
  ['/(?=a+)b+/', true],
  ['/([)]a)+/', true],
  ['/(\\p{L}+)+/u', false],
  ['/(a*b*)*/', false],
  ['/(^a+)+/', false],
  ['/(a+){2,}/', false],
  ['/(a+){2}/', true],
])('%s can be used: %s', (pattern, good) => {
  if (good) expect(compilePattern(pattern)).toBeInstanceOf(RegExp);
  else expect(() => compilePattern(pattern)).toThrow(SyntaxError);
});
