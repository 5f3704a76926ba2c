/** Reads numbers in texts, however they are written: 1,234.5 and 1.234,5 are the same. */

/** A number in a text. */
export interface WrittenNumber {
  value: number;
  /** The last digit that is written counts so much: 0.01 for 12.50. */
  grain: number;
}

const NUMBER = /(?<![\w.,-])-?\d+(?:[.,'’\u00a0\u202f]\d+)*(?![\w-]|[.,]\d)/g;

/** Every reading of each number in a text: one that may be read in two ways counts in both. */
export function numbersIn(text: string): WrittenNumber[] {
  return [...text.matchAll(NUMBER)].flatMap(([found]) => readingsOf(found.replace(/['’\u00a0\u202f]/g, '')));
}

function readingsOf(text: string): WrittenNumber[] {
  const readings = [text.replaceAll(',', ''), text.replaceAll('.', '').replace(',', '.')];
  return [...new Set(readings)].flatMap((reading) => {
    const value = Number(reading);
    const decimals = reading.split('.')[1]?.length ?? 0;
    return Number.isFinite(value) ? [{ value, grain: 10 ** -decimals }] : [];
  });
}

/** Whether a number is another one, perhaps rounded. */
export function isRounded(written: WrittenNumber, exact: number): boolean {
  return Math.abs(written.value - exact) <= written.grain / 2 + 1e-9 * Math.abs(exact);
}
