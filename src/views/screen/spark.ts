/** Draws numbers as bars and small charts. */

const STEPS = '▁▂▃▄▅▆▇█';

/** Values as bars of eight heights, the last ones if there are more than columns; a dot for zero. */
export function spark(values: readonly number[], columns: number): string {
  const shown = values.slice(-columns);
  const most = Math.max(0, ...shown);
  const bar = (value: number): string => (value > 0 ? (STEPS[Math.ceil((value / most) * 8) - 1] ?? '█') : '·');
  return shown.map(bar).join('');
}

/** A share as a bar of so many columns; never empty or full unless the share is. */
export function bar(part: number, columns: number): string {
  const exact = Math.min(1, Math.max(0, part)) * columns;
  const full = part <= 0 ? 0 : part >= 1 ? columns : Math.min(columns - 1, Math.max(1, Math.round(exact)));
  return '█'.repeat(full) + '░'.repeat(columns - full);
}

/** Values as columns of several lines, from 0 to `most`: the top line first. Fewer values than columns are stretched. */
export function area(values: readonly number[], most: number, columns: number, height: number): string[] {
  const at = (x: number): number => values[Math.floor((x * values.length) / columns)] ?? 0;
  const level = Array.from({ length: values.length === 0 ? 0 : columns }, (_, x) =>
    Math.round((Math.max(0, at(x)) / (most || 1)) * height * 8),
  );
  return Array.from({ length: height }, (_, row) => {
    const floor = (height - 1 - row) * 8;
    return level
      .map((eighths) => (eighths >= floor + 8 ? '█' : eighths <= floor ? ' ' : STEPS[eighths - floor - 1]))
      .join('');
  });
}
