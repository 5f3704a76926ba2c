/** Fits text and cells into columns of the terminal. */
import stringWidth from 'string-width';
import type { Cell, Column, ScreenLine, TextRun, Tone } from '../../../views/screen/line.ts';
import { safeLine } from '../../cli/terminal/safe.ts';

/** Applies the look of a tone to a text. */
export type Paint = (tone: Tone, text: string) => string;

const COLOURS: Record<Tone, [on: string, off: string] | null> = {
  plain: null,
  quiet: ['\x1b[2m', '\x1b[22m'],
  strong: ['\x1b[1m', '\x1b[22m'],
  title: ['\x1b[1;36m', '\x1b[22;39m'],
  good: ['\x1b[32m', '\x1b[39m'],
  warn: ['\x1b[33m', '\x1b[39m'],
  bad: ['\x1b[1;31m', '\x1b[22;39m'],
  code: ['\x1b[36m', '\x1b[39m'],
};
const STRONG = ['strong', 'title', 'warn', 'bad'];

/** Tones as colours; without colour, important text is bold. */
export function painter(colour: boolean): Paint {
  return (tone, text) => {
    const look = colour ? COLOURS[tone] : STRONG.includes(tone) ? COLOURS.strong : null;
    return look && text !== '' ? look[0] + text + look[1] : text;
  };
}

export const inverse = (text: string): string => `\x1b[7m${text}\x1b[27m`;

const ASCII = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Columns that a clean text takes. */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** The longest beginning of a clean text that fits into so many columns. */
export function head(text: string, width: number): string {
  if (ASCII.test(text)) return text.slice(0, width);
  let taken = 0;
  let end = 0;
  for (const { segment } of graphemes.segment(text)) {
    taken += stringWidth(segment);
    if (taken > width) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

/** Characters examined for each column: text that is cut anyway need not be cleaned. */
const LETTERS = 16;

/** Any text in one line of exactly so many columns: cleaned, cut with an ellipsis, or filled up. */
export function sized(text: string, width: number, right = false): string {
  const clean = safeLine(text.slice(0, (width + 1) * LETTERS));
  const shown = widthOf(clean) <= width ? clean : width > 0 ? `${head(clean, width - 1)}…` : '';
  const fill = ' '.repeat(Math.max(0, width - widthOf(shown)));
  return right ? fill + shown : shown + fill;
}

/** Columns between two cells. */
const GAP = 1;

/** How wide each column of a list is; 0 for one that is left out. */
export function widths(columns: readonly Column[], width: number): number[] {
  const shown = columns.map(({ from = 0 }) => width >= from);
  const fixed = columns.reduce((sum, column, i) => sum + (shown[i] ? (column.width ?? 0) + GAP : 0), -GAP);
  const shares = columns.reduce((sum, { share = 0 }, i) => sum + (shown[i] ? share : 0), 0);
  let left = Math.max(0, width - fixed);
  let parts = shares;
  return columns.map(({ width: own, share = 0 }, i) => {
    if (!shown[i]) return 0;
    if (own !== undefined) return own;
    const mine = Math.floor((left * share) / parts);
    left -= mine;
    parts -= share;
    return mine;
  });
}

/** A row of cells in its columns; exactly as wide as all columns together. */
export function row(
  columns: readonly Column[],
  sizes: readonly number[],
  cells: readonly Cell[],
  paint: Paint,
): string {
  return cells
    .flatMap(({ text, tone }, i) => (sizes[i] ? [paint(tone, sized(text, sizes[i], columns[i]?.right))] : []))
    .join(' ');
}

/** A line wrapped at words into lines of at most so many columns. */
export function fold({ spans, hang }: ScreenLine, width: number, paint: Paint): string[] {
  const lines: string[] = [];
  const indent = ' '.repeat(Math.min(hang, Math.max(0, width - 10)));
  let text = '';
  let taken = 0;
  const wrap = (): void => {
    lines.push(text);
    text = indent;
    taken = indent.length;
  };
  for (const { tone, text: raw } of clean(spans)) {
    for (const [i, part] of raw.split('\n').entries()) {
      if (i > 0) wrap();
      for (let word of part.match(/ +|[^ ]+/g) ?? []) {
        if (word.startsWith(' ') && taken + word.length > width) continue; // the line ends here
        if (taken + widthOf(word) > width && taken > indent.length) wrap();
        while (widthOf(word) > width - taken) {
          const piece = head(word, Math.max(1, width - taken)) || word.slice(0, 1);
          text += paint(tone, piece);
          word = word.slice(piece.length);
          wrap();
        }
        text += paint(tone, word);
        taken += widthOf(word);
      }
    }
  }
  return [...lines, text];
}

function clean(spans: readonly TextRun[]): TextRun[] {
  return spans.map(({ text, tone }) => ({
    tone,
    text: text.split('\n').map(safeLine).join('\n').replaceAll('\t', '  '),
  }));
}

/** Lines, wrapped until so many rows are full. */
export function foldSome(lines: readonly ScreenLine[], width: number, most: number, paint: Paint): string[] {
  const rows: string[] = [];
  for (const line of lines) {
    if (rows.length >= most) break;
    rows.push(...fold(line, width, paint));
  }
  return rows;
}

/** A line across the screen with a title in it. */
export function rule(title: string, width: number, paint: Paint): string {
  const lead = title === '' ? '' : `── ${safeLine(title)} `;
  const shown = sized(lead, Math.min(widthOf(lead), Math.max(0, width)));
  return paint('quiet', shown + '─'.repeat(Math.max(0, width - widthOf(shown))));
}
