import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../../src/core/text/merge.ts';

const BASE = 'one\ntwo\nthree\nfour\nfive\n';
const with_ = (...pairs: [string, string][]) => pairs.reduce((text, [old, made]) => text.replace(old, made), BASE);

describe('two texts that were made from one', () => {
  it.each([
    ['changes in two places', with_(['one', 'ONE']), with_(['five', 'FIVE']), with_(['one', 'ONE'], ['five', 'FIVE'])],
    ['the same change twice', with_(['two', '2']), with_(['two', '2']), with_(['two', '2'])],
    ['a line more and a line less', `zero\n${BASE}`, with_(['four\n', '']), `zero\n${with_(['four\n', ''])}`],
    ['no change of one', BASE, with_(['two', '2']), with_(['two', '2'])],
    ['an end without a line end', BASE.trimEnd(), with_(['one', '1']), with_(['one', '1']).trimEnd()],
    [
      'line ends of another machine',
      BASE.replace('one\n', 'one\r\n'),
      with_(['five', '5']),
      with_(['one', 'one\r'], ['five', '5']),
    ],
    [
      'names that every object has',
      `__proto__\nconstructor\n${BASE}`,
      with_(['five', 'toString']),
      `__proto__\nconstructor\n${with_(['five', 'toString'])}`,
    ],
  ])('become one: %s', (_what, mine, theirs, both) => {
    expect(mergeTexts(BASE, mine, theirs)).toBe(both);
    expect(mergeTexts(BASE, theirs, mine)).toBe(both);
    expect(mergeTexts(BASE, mine, both)).toBe(both);
  });

  it.each([
    ['a line changed in two ways', with_(['two', '2']), with_(['two', 'II'])],
    ['a line changed and gone', with_(['two', '2']), with_(['two\n', ''])],
    ['neighbouring lines', with_(['two', '2']), with_(['three', '3'])],
    ['all gone', '', with_(['three', '3'])],
    ['more lines than are compared', `zero\n${BASE}`, `${BASE}${'\n'.repeat(1_000_000)}`],
  ])('stay two: %s', (_what, mine, theirs) => {
    expect(mergeTexts(BASE, mine, theirs)).toBeNull();
    expect(mergeTexts(BASE, theirs, mine)).toBeNull();
  });
});
