/** Rows of cells as aligned columns for people; the first row is the heading. Columns whose cells are all numbers stand to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(oneLine));
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...cells.map((row) => widthOf(row[i] ?? ''))));
  const right = widths.map((_, i) => cells.slice(1).every((row) => /^(-?\d[\d.]*|-|)$/.test(row[i] ?? '')));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) =>
        right[i]
          ? ' '.repeat((widths[i] ?? 0) - widthOf(cell)) + cell
          : cell + ' '.repeat((widths[i] ?? 0) - widthOf(cell)),
      )
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

/** Text in one line. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The beginning of a text in one line, at most so many characters, with an ellipsis where it goes on. */
export function shorten(text: string, most: number): string {
  const characters = [...oneLine(text.slice(0, most * 8))];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('');
}

/** `1 turn`, `3 turns`. */
export function count(n: number, word: string, plural = `${word}s`): string {
  return `${n} ${n === 1 ? word : plural}`;
}

function widthOf(text: string): number {
  return [...text].length;
}
