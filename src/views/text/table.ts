/** Marks tables in the plain text of views. */

/**
 * Marks of a table in a text, for `layout`: the start of its heading, of a row, of a further cell. No cell may hold one.
 */
export const MARKS = { heading: '\u001d', row: '\u001e', cell: '\u001f' };
const MARK = /[\u001d-\u001f]/g;

/** Rows of cells as columns for people; the first row is the heading. `layout` aligns them and fits them to a width. */
export function table(rows: readonly (readonly string[])[]): string {
  return rows.map((row, i) => (i === 0 ? MARKS.heading : MARKS.row) + cellsOf(row)).join('\n');
}

/** The same without a heading. */
export function rowsOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => MARKS.row + cellsOf(row)).join('\n');
}

function cellsOf(row: readonly string[]): string {
  return row.map((cell) => unmarked(oneLine(cell))).join(`${MARKS.cell}  `);
}

/** A text of others, with table marks removed. */
export function unmarked(text: string): string {
  return text.replace(MARK, '');
}

/** The text on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The beginning of a text on one line, at most so many characters, with an ellipsis where it is cut. */
export function shorten(text: string, most: number): string {
  const characters = [...oneLine(text.slice(0, most * 8))];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('');
}

/** `1 turn`, `3 turns`. */
export function count(n: number, word: string, plural = `${word}s`): string {
  return `${n} ${n === 1 ? word : plural}`;
}
