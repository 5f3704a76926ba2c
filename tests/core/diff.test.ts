import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from '../../src/core/diff.ts';

describe('two texts line by line', () => {
  it.each([
    ['', '', []],
    ['a\n', 'a\n', [' a']],
    ['', 'a\nb\n', ['+a', '+b']],
    ['a\nb\n', '', ['-a', '-b']],
    ['a\nb\nc\n', 'a\nx\nc\n', [' a', '-b', '+x', ' c']],
    ['a\nb\nc\nd\n', 'b\nx\nc\ne\nd\n', ['-a', ' b', '+x', ' c', '+e', ' d']],
    ['p\nq\nr\n', 'q\nr\np\n', ['-p', ' q', ' r', '+p']],
  ])('%j and %j', (before, after, lines) => {
    expect(diffLines(before, after)).toEqual(lines);
  });

  it('tells both texts, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
    const side = (lines: string[], sign: string) =>
      lines.filter((line) => line[0] === ' ' || line[0] === sign).map((line) => line.slice(1));
    const linesOf = (one: string) => (one === '' ? [] : one.replace(/\n$/, '').split('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        expect(side(lines, '-')).toEqual(linesOf(before));
        expect(side(lines, '+')).toEqual(linesOf(after));
      }),
    );
  });

  it('of hostile length takes no time', () => {
    const [before, after] = ['a\n', 'b\n'].map((line) => line.repeat(15_000)) as [string, string];
    expect(diffLines(before, after)).toHaveLength(30_000);
  });
});
