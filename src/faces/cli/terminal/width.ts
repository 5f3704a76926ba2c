/** Measures how many columns a text takes at a terminal. */

/** The most frequent characters of one column; a package measures the rest. */
const NARROW = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u0391-\u0482\u2010-\u2027\u2190-\u21ff]*$/;

/** All other characters, except line ends and the marks of tables. */
const OTHERS = /[^\n\u001d-\u007e\u00a1-\u00ac\u00ae-\u02ff\u0391-\u0482\u2010-\u2027\u2190-\u21ff]/;

let measure: ((text: string) => number) | null = null;

/** Loads what is needed to measure this text. */
export async function prepareFor(text: string): Promise<void> {
  if (!measure && OTHERS.test(text)) await prepareForAll();
}

/** Loads what is needed to measure any text. */
export async function prepareForAll(): Promise<void> {
  measure ??= (await import('string-width')).default;
}

/** Columns that a text takes at a terminal; before `prepareFor` this is the number of its characters. */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  return measure ? measure(text) : [...text].length;
}
