import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines, diffText } from '../../../src/core/text/diff.ts';

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

  it.each([
    ['a\nb\n', 'b\na\n', ['-a', ' b', '+a']],
    ['a\n\nb\n', '\na\n', ['-a', ' ', '-b', '+a']],
    ['x\ny\n', 'y\nz\nx\ny\nx\n', ['+y', '+z', ' x', ' y', '+x']],
    ['p\n\nq\n\nr\n', 'p\n\nr\n', [' p', ' ', '-q', '-', ' r']],
    ['a\nb\nc\n', 'c\na\nd\nb\n', ['+c', ' a', '+d', ' b', '-c']],
    ['a\na\nb\n', 'b\na\nc\n', ['-a', '-a', ' b', '+a', '+c']],
  ])('%j and %j: of several shortest answers always the same one, because journals hold it', (before, after, lines) => {
    expect(diffLines(before, after)).toEqual(lines);
  });

  it('keeps as many lines as can be kept in order', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 });
    /** By trying all: the length of the longest text that is left of both when lines are taken out. */
    const kept = ([a, ...as]: string[], [b, ...bs]: string[]): number => {
      if (a === undefined || b === undefined) return 0;
      return a === b ? 1 + kept(as, bs) : Math.max(kept([a, ...as], bs), kept(as, [b, ...bs]));
    };
    fc.assert(
      fc.property(text, text, (before, after) => {
        const common = diffLines(`${before.join('\n')}\n`, `${after.join('\n')}\n`).filter((line) => line[0] === ' ');
        const least = (lines: string[]) => (lines.length === 0 ? [''] : lines);
        // An empty text and one of a single line end have no line and an empty one; with a line end behind both have one.
        if (before.length > 0 && after.length > 0) expect(common).toHaveLength(kept(least(before), least(after)));
      }),
    );
  });

  it.each([
    ['a\n'.repeat(524_288), 'b\n'.repeat(524_288), 1_048_576],
    ['\n'.repeat(1_048_576), '', 1_048_576],
    ['\n'.repeat(1_048_576), `x${'\n'.repeat(1_048_576)}`, 1_048_577],
    ['a\n\n'.repeat(349_525), '\na\n'.repeat(349_525), 1_398_100],
  ])('of hostile length is told without being compared, case %#', (before, after, length) => {
    expect(diffLines(before, after).length).toBe(length);
    expect(diffText(before, after)?.split('\n').length).toBeLessThanOrEqual(201);
  });
});

describe('a change as a person sees it', () => {
  it.each([
    ['', 'a\nb', '+a\n+b'],
    ['a\nb', '', '-a\n-b'],
    ['a\nb\nc', 'a\nx\nc', ' a\n-b\n+x\n c'],
    ['a\nb\nc\nd', 'b\nx\nd', '-a\n b\n-c\n+x\n d'],
    ['1\n2\n3\n4\n5\n6', '1\n2\n3\n4\n5\n6\n7', '...\n 4\n 5\n 6\n+7'.replace('...\n', '')],
    ['0\n1\n2\n3\n4\n5\n6\n7\n8\n9', 'x\n1\n2\n3\n4\n5\n6\n7\n8\ny', '-0\n+x\n 1\n 2\n 3\n...\n 6\n 7\n 8\n-9\n+y'],
  ])('%j to %j', (was, now, diff) => {
    expect(diffText(was, now)).toBe(diff);
  });

  it('is nothing where nothing changes, and ends somewhere', () => {
    expect(diffText('a', 'a\n')).toBe('Only the end of the last line changes.');
    expect(diffText('a\nb', 'a\nb')).toBe(null);
    const many = Array.from({ length: 2000 }, (_, i) => `line ${i}`).join('\n');
    expect(diffText('', many)?.split('\n')).toHaveLength(201);
    expect(diffText(many, many.replaceAll('line', 'row'))?.split('\n').at(-1)).toBe('... and 3800 more lines');
  });

  it('holds every line that goes and that comes', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (was, now) => {
        const marked = diffText(was.join('\n'), now.join('\n'))?.split('\n') ?? [];
        const count = (mark: string) => marked.filter((line) => line[0] === mark).length;
        expect(count('+') - count('-')).toBe(marked.length ? now.length - was.length : 0);
      }),
    );
  });
});
