import { diff3Merge } from 'node-diff3';

/** Pairs of lines that are compared at most, of either text with the one before. */
const MOST_PAIRS = 1_000_000;

/**
 * What two texts that were both made from `base` make together, line by line; null when they changed the same place in two
 * ways, or are too long to be compared in a moment. Pure.
 */
export function mergeTexts(base: string, mine: string, theirs: string): string | null {
  const [old, a, b] = [base, mine, theirs].map((text) => text.split('\n')) as [string[], string[], string[]];
  if (old.length * Math.max(a.length, b.length) > MOST_PAIRS) return null;
  const merged: string[] = [];
  for (const { ok } of diff3Merge(a, old, b)) {
    if (ok === undefined) return null;
    for (const line of ok) merged.push(line);
  }
  return merged.join('\n');
}
