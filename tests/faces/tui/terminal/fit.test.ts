import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, painter, row, sized, widthOf, widths } from '../../../../src/faces/tui/terminal/fit.ts';
import { line, spans } from '../../../../src/views/screen/line.ts';

const plain = painter(false);
const nothing = (_tone: string, text: string) => text;

describe('a cell', () => {
  it('is exactly as wide as asked, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 0, max: 40 }), (text, width) => {
        expect(widthOf(sized(text, width))).toBe(width);
      }),
    );
  });

  it.each([
    ['planner', 10, 'planner   '],
    ['planner', 5, 'plan…'],
    ['你好吗', 5, '你好…'],
    ['你好吗', 4, '你… '],
    ['👍🏽 thumbs', 4, '👍🏽 …'],
    ['a\nb\tc', 6, 'a b c '],
    ['\x1b[31mred\x1b]8;;x\x07', 5, 'red  '],
    ['x'.repeat(100_000), 3, 'xx…'],
  ])('%j in %i columns', (text, width, expected) => expect(sized(text, width)).toBe(expected));

  it('stands to the right when it is a number', () => expect(sized('7', 4, true)).toBe('   7'));
});

describe('columns', () => {
  const columns = [
    { title: 'a', share: 1 },
    { title: 'b', width: 4 },
    { title: 'c', share: 3, from: 30 },
  ];
  it('share what fixed ones leave', () => expect(widths(columns, 40)).toEqual([8, 4, 26]));
  it('are left out where there is no room', () => expect(widths(columns, 20)).toEqual([15, 4, 0]));
  it('give rows of one width', () => {
    const cells = [
      { text: '你好', tone: 'plain' as const },
      { text: 'long word', tone: 'bad' as const },
      { text: '', tone: 'plain' as const },
    ];
    for (const width of [10, 29, 30, 80])
      expect(widthOf(row(columns, widths(columns, width), cells, nothing))).toBe(width);
  });
});

describe('a line', () => {
  it('is folded at words, and set in below its head', () => {
    expect(fold(spans([['to:  ', 'quiet'], 'one two three four five six'], 5), 20, nothing)).toEqual([
      'to:  one two three ',
      '     four five six',
    ]);
  });

  it('is cut where there is no word to fold at', () => {
    expect(fold(line('abcdefghij'), 4, nothing)).toEqual(['abcd', 'efgh', 'ij']);
    expect(fold(line('你好吗你好'), 5, nothing)).toEqual(['你好', '吗你', '好']);
  });

  it('never takes more columns than there are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 0, max: 60 }),
        (text, width, hang) => {
          for (const part of fold(line(text, 'plain', hang), width, nothing))
            expect(widthOf(part)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

it('without colour what matters is bold', () => {
  expect(plain('bad', 'x')).toBe('\x1b[1mx\x1b[22m');
  expect(plain('good', 'x')).toBe('x');
  expect(painter(true)('good', 'x')).toBe('\x1b[32mx\x1b[39m');
});
