/** Lays the text of a view out on a page of a given width. */
import { MARKS, unmarked } from './table.ts';

/** The kind of a piece of a page, for whoever colours it. */
export type Style = 'heading' | 'unread' | 'good' | 'warn' | 'bad';

/** The page for a text. */
export interface TextPage {
  /** Columns; Infinity where lines may be as long as they are. */
  width: number;
  /** Columns that a text takes. */
  widthOf(text: string): number;
  /** Colours a piece; the default leaves it as it is. */
  style?(style: Style, text: string): string;
}

/** Columns that the last column of a table keeps at any width; its text wraps. */
const LEAST_LAST = 24;
/** Columns that every other column keeps. */
const LEAST = 8;
const GAP = '  ';

/** Lays out the text of a view: aligns its tables, and fits everything into the width. Pure. */
export function layout(text: string, page: TextPage): string {
  const lines = text.split('\n');
  const widths = new Map<number, Columns>();
  for (let at = 0; at < lines.length; ) {
    const end = endOfTable(lines, at);
    const columns = columnsOf(lines.slice(at, end).filter(isRow), page);
    for (; at < end; at++) widths.set(at, columns);
  }
  return lines
    .flatMap((line, i) => (isRow(line) ? printRow(line, widths.get(i) as Columns, page) : wrap(unmarked(line), page)))
    .join('\n');
}

function isRow(line: string): boolean {
  return line.startsWith(MARKS.row) || line.startsWith(MARKS.heading);
}

/** The end of a table: the next heading or empty line; other lines may stand between its rows. */
function endOfTable(lines: readonly string[], from: number): number {
  let end = from + 1;
  while (end < lines.length && lines[end] !== '' && !lines[end]?.startsWith(MARKS.heading)) end++;
  return end;
}

interface Columns {
  widths: number[];
  /** Columns that hold only numbers and are aligned to the right. */
  right: boolean[];
  /** The cells of the heading. */
  heading: string[];
}

function cellsOf(line: string): string[] {
  return line
    .slice(1)
    .split(MARKS.cell + GAP)
    .map(unmarked);
}

function columnsOf(lines: readonly string[], page: TextPage): Columns {
  const heading = lines[0]?.startsWith(MARKS.heading) ? cellsOf(lines[0]) : [];
  const rows = lines.map(cellsOf);
  const n = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const each = Array.from({ length: n }, (_, i) => i);
  const widths = each.map((i) => rows.reduce((most, row) => Math.max(most, page.widthOf(row[i] ?? '')), 0));
  const body = heading.length ? rows.slice(1) : rows;
  const right = each.map((i) => body.every((row) => /^(-?\d[\d.]*|-|)$/.test(row[i] ?? '')));
  const words = each.map((i) => body.every((row) => !(row[i] ?? '').trim().includes(' ')));
  return { widths: fitted(widths, words, page.width), right, heading };
}

/**
 * Narrows columns: first the last one, which can wrap, then the widest; columns of single words, such as ids to copy, only
 * when the others cannot give more.
 */
function fitted(natural: readonly number[], words: readonly boolean[], width: number): number[] {
  const widths = [...natural];
  const last = widths.length - 1;
  let over = widths.reduce((sum, one) => sum + one, 0) + GAP.length * last - width;
  const take = (i: number, least: number, most: number): void => {
    const taken = Math.max(0, Math.min(over, (widths[i] ?? 0) - least, most));
    widths[i] = (widths[i] ?? 0) - taken;
    over -= taken;
  };
  const takeFromWidest = (columns: readonly number[]): void => {
    while (over > 0) {
      const [widest = 0, next = 0] = columns.map((i) => widths[i] ?? 0).sort((a, b) => b - a);
      if (widest <= LEAST) return;
      take(columns.find((i) => widths[i] === widest) ?? 0, LEAST, Math.max(1, widest - next));
    }
  };
  const all = widths.map((_, i) => i);
  take(last, LEAST_LAST, Infinity);
  takeFromWidest(all.filter((i) => !words[i] && i !== last));
  takeFromWidest(all);
  return widths;
}

function printRow(line: string, { widths, right, heading }: Columns, page: TextPage): string[] {
  const isHeading = line.startsWith(MARKS.heading);
  const cells = cellsOf(line);
  const last = widths.length - 1;
  const tail =
    Number.isFinite(page.width) && cells.length > last ? broken(cells[last] ?? '', widths[last] ?? 0, page) : [];
  const shown = tail.length ? [...cells.slice(0, last), tail[0] ?? ''] : cells;
  const style = (cell: string, i: number): string => {
    if (isHeading) return styled(page, 'heading', cell);
    const name = styleOf(heading[i], cell.trim());
    return name ? styled(page, name, cell) : cell;
  };
  const fill = (cell: string, i: number): string =>
    i === last && right[i] !== true
      ? cut(cell, widths[i] ?? 0, page)
      : padded(cell, widths[i] ?? 0, right[i] === true, page);
  const first = shown.map((cell, i) => style(fill(cell, i), i)).join(GAP);
  const indent = ' '.repeat(widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0));
  const lines = [first, ...tail.slice(1).map((rest) => indent + rest)].map((one) => one.trimEnd());
  return cells[0]?.trim() === '*' ? lines.map((one) => styled(page, 'unread', one)) : lines;
}

function padded(cell: string, width: number, right: boolean, page: TextPage): string {
  const kept = cut(cell, width, page);
  const rest = ' '.repeat(Math.max(0, width - page.widthOf(kept)));
  return right ? rest + kept : kept + rest;
}

function styled(page: TextPage, style: Style, text: string): string {
  return page.style && text.trim() !== '' ? page.style(style, text) : text;
}

const STYLES: Record<string, Style> = {
  healthy: 'good',
  active: 'good',
  yes: 'good',
  degraded: 'warn',
  paused: 'warn',
  unhealthy: 'bad',
  error: 'bad',
  offline: 'bad',
  no: 'bad',
};

/** The style of a cell under that heading. */
function styleOf(heading: string | undefined, cell: string): Style | undefined {
  if (heading === 'unread') return Number(cell) > 0 ? 'unread' : undefined;
  return heading === 'health' || heading === 'state' || heading === 'reached' ? STYLES[cell] : undefined;
}

/** The beginning of a text that fits, with an ellipsis where it goes on. */
function cut(text: string, width: number, page: TextPage): string {
  if (page.widthOf(text) <= width) return text;
  return `${beginning(text, width - 1, page).text}…`;
}

/** As many characters as fit, one at least, and the columns they take. */
function beginning(text: string, width: number, page: TextPage): { text: string; used: number } {
  let kept = '';
  let used = 0;
  for (const character of text) {
    const size = page.widthOf(character);
    if (kept !== '' && used + size > width) break;
    kept += character;
    used += size;
  }
  return { text: kept, used };
}

/** A line of prose in as many as it takes, each indented as the first. */
export function wrap(line: string, page: TextPage): string[] {
  if (page.widthOf(line) <= page.width) return [line];
  const indent = /^ */.exec(line.slice(0, Math.floor(page.width / 2)))?.[0] ?? '';
  return broken(line.slice(indent.length), page.width - indent.length, page).map((one) => (indent + one).trimEnd());
}

/** Breaks at blanks, and within what is longer than a line. */
function broken(text: string, width: number, page: TextPage): string[] {
  if (page.widthOf(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (let word of text.split(/(?<= )/)) {
    let size = page.widthOf(word);
    if (line !== '' && used + page.widthOf(word.trimEnd()) > width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    while (size - (word.endsWith(' ') ? 1 : 0) > width) {
      const part = beginning(word, width, page);
      lines.push(part.text);
      word = word.slice(part.text.length);
      size -= part.used;
    }
    line += word;
    used += size;
  }
  return [...lines, ...(line.trim() === '' ? [] : [line])].map((one) => one.trimEnd());
}
