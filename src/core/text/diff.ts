/** Compares two texts line by line. */

/** Pairs of lines that are compared at most; beyond that all old lines go and all new ones come. */
const MOST_PAIRS = 1_000_000;

/**
 * Two texts line by line: ` ` before a line of both, `-` before one that goes, `+` before one that comes. Where the texts
 * differ too much to be compared in a moment, everything between the lines that are alike goes and comes. Which of several
 * shortest answers it gives must never change: approvals and results of tools hold it in the journal, and a replay makes it
 * again (`node-diff3` gives another one in every eighth edit of a text with blank lines). Pure.
 */
export function diffLines(before: string, after: string): string[] {
  const [old, made] = [linesOf(before), linesOf(after)];
  const least = Math.min(old.length, made.length);
  let head = 0;
  while (head < least && old[head] === made[head]) head++;
  let tail = 0;
  while (tail < least - head && old[old.length - 1 - tail] === made[made.length - 1 - tail]) tail++;
  return [
    ...mark(' ', old.slice(0, head)),
    ...changes(old.slice(head, old.length - tail), made.slice(head, made.length - tail)),
    ...mark(' ', old.slice(old.length - tail)),
  ];
}

/** Lines shown around a change, and lines of a diff at most. */
const AROUND = 3;
const SHOWN = 200;

/**
 * The changes between two texts for a person: the lines that go and come, and a few around them. Null when nothing changes.
 * Pure.
 */
export function diffText(was: string, now: string): string | null {
  if (was === now) return null;
  const marked = diffLines(was, now);
  const near = (i: number): boolean =>
    marked.slice(Math.max(0, i - AROUND), i + AROUND + 1).some((line) => line[0] !== ' ');
  const lines = marked.flatMap((line, i) => (near(i) ? [line] : near(i - 1) ? ['...'] : []));
  if (lines.length === 0) return 'Only the end of the last line changes.';
  const more = lines.length > SHOWN ? [`... and ${lines.length - SHOWN} more lines`] : [];
  return [...lines.slice(0, SHOWN), ...more].join('\n');
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function mark(sign: string, lines: readonly string[]): string[] {
  return lines.map((line) => `${sign}${line}`);
}

function changes(old: readonly string[], made: readonly string[]): string[] {
  if (old.length * made.length > MOST_PAIRS) return [...mark('-', old), ...mark('+', made)];
  const common = commonAfter(old, made);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < made.length)
    if (old[i] === made[j]) {
      lines.push(` ${old[i++]}`);
      j++;
    } else if (at(common, i + 1, j) >= at(common, i, j + 1)) lines.push(`-${old[i++]}`);
    else lines.push(`+${made[j++]}`);
  return [...lines, ...mark('-', old.slice(i)), ...mark('+', made.slice(j))];
}

/** How many lines two texts have in common, from each pair of positions on. */
function commonAfter(old: readonly string[], made: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: old.length + 1 }, () => new Uint32Array(made.length + 1));
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = made.length - 1; j >= 0; j--)
      (table[i] as Uint32Array)[j] =
        old[i] === made[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1));
  return table;
}

function at(table: readonly Uint32Array[], i: number, j: number): number {
  return (table[i] as Uint32Array)[j] as number;
}
