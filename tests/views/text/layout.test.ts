import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { layout, type TextPage, wrap } from '../../../src/views/text/layout.ts';
import { rowsOf, table } from '../../../src/views/text/table.ts';

const page = (width = Number.POSITIVE_INFINITY, style?: TextPage['style']): TextPage => ({
  width,
  widthOf: stringWidth,
  ...(style && { style }),
});
const AGENTS = [
  ['agent', 'spent', 'health', 'why'],
  ['hr', '0.25', 'healthy', 'no mail'],
  ['planner', '12', 'unhealthy', 'its provider failed three times in a row, and it waits until turn 12'],
];

describe('a table', () => {
  it('has words to the left and numbers to the right', () => {
    expect(layout(table(AGENTS.map((row) => row.slice(0, 3))), page())).toBe(
      'agent    spent  health\nhr        0.25  healthy\nplanner     12  unhealthy',
    );
    expect(layout('', page())).toBe('');
  });

  it('is aligned by the columns that characters take', () => {
    const text = layout(
      rowsOf([
        ['漢字', 'x'],
        ['🎉', 'y'],
        ['abc', 'z'],
      ]),
      page(),
    );
    expect(text).toBe('漢字  x\n🎉    y\nabc   z');
  });

  it.each([40, 60, 80, 300])('fits %d columns and loses no word of its last column', (width) => {
    const text = layout(table(AGENTS), page(width));
    for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    const words = (AGENTS[2]?.[3] ?? '').split(' ');
    expect(text.split(/\s+/).filter((word) => words.includes(word))).toEqual(expect.arrayContaining(words));
  });

  it('cuts wide columns, and says so', () => {
    const text = layout(
      table([
        ['id', 'subject', 'text'],
        ['1', 'w'.repeat(10_000), 'short'],
      ]),
      page(80),
    );
    for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(text).toContain('…  short');
  });

  it('cuts what is made of words before ids, which are to be copied', () => {
    const row = [
      '000001-coder_01-01',
      'coder_01',
      'A subject that goes on for quite a while',
      'waits for planner and for hr',
    ];
    const text = layout(table([['id', 'from', 'subject', ''], row]), page(80));
    expect(text).toMatch(/000001-coder_01-01 {2}coder_01 {2}A subject .*…/);
    for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    const narrow = layout(
      table([
        ['id', 'from'],
        ['x'.repeat(60), 'y'.repeat(60)],
      ]),
      page(80),
    );
    for (const line of narrow.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  it('keeps one alignment over lines that stand between its rows, and ends at an empty one', () => {
    const rows = rowsOf([
      ['*', 'a', 'x'],
      [' ', 'long', 'y'],
    ]).split('\n');
    expect(layout([rows[0], '    between', rows[1], '', rowsOf([['b', 'c']])].join('\n'), page())).toBe(
      '*  a     x\n    between\n   long  y\n\nb  c',
    );
  });

  it('tells a style for headings, unread rows, and how somebody is', () => {
    const styled: string[] = [];
    const style: TextPage['style'] = (name, text) => {
      styled.push(`${name}: ${text.trim()}`);
      return text;
    };
    layout(table([...AGENTS, ['x', '1', 'degraded', '']]), page(Number.POSITIVE_INFINITY, style));
    layout(rowsOf([['*', 'a']]), page(80, style));
    layout(
      table([
        ['agent', 'unread'],
        ['a', '2'],
        ['b', '0'],
      ]),
      page(80, style),
    );
    expect(styled).toEqual([
      ...['agent', 'spent', 'health', 'why'].map((name) => `heading: ${name}`),
      'good: healthy',
      'bad: unhealthy',
      'warn: degraded',
      'unread: *  a',
      'heading: agent',
      'heading: unread',
      'unread: 2',
    ]);
  });
});

describe('prose', () => {
  it('is broken at blanks and keeps its indent', () => {
    expect(wrap('  one two three', page(9))).toEqual(['  one two', '  three']);
    expect(wrap('漢字漢字漢字', page(5))).toEqual(['漢字', '漢字', '漢字']);
    expect(wrap(`${' '.repeat(30)}x`, page(10)).join('')).toMatch(/x$/);
  });

  it('of any length has each of its characters measured a few times at most', () => {
    const long = '漢'.repeat(10_000);
    let measured = 0;
    const widthOf = (text: string): number => {
      measured += text.length;
      return stringWidth(text);
    };
    expect(wrap(long, { ...page(80), widthOf })).toHaveLength(250);
    expect(measured).toBeLessThan(5 * long.length);
  });

  it('cannot forge a table', () => {
    expect(layout('a \u001db\u001f  c', page())).toBe('a b  c');
  });
});
