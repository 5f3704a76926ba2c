/** Merges two texts that were made from the same one. */
import { diff3Merge, type MergeRegion } from 'node-diff3';

/** Pairs of lines compared at most, of either text with the base. */
const MOST_PAIRS = 1_000_000;

/**
 * Merges two texts that were both made from `base`, line by line; null when they changed the same place in different ways,
 * or are too long to compare quickly. Pure.
 */
export function mergeTexts(base: string, mine: string, theirs: string): string | null {
  const merged: string[] = [];
  for (const { ok } of piecesOf(base, mine, theirs) ?? [{ ok: undefined }]) {
    if (ok === undefined) return null;
    for (const line of ok) merged.push(line);
  }
  return merged.join('\n');
}

/** A place that two texts changed in different ways: its lines in both, and in the base. */
export interface Clash {
  mine: string[];
  before: string[];
  theirs: string[];
}

/** The places that keep `mergeTexts` from merging; none when the texts are too long to compare. Pure. */
export function clashesOf(base: string, mine: string, theirs: string): Clash[] {
  const pieces = piecesOf(base, mine, theirs) ?? [];
  return pieces.flatMap(({ conflict }) =>
    conflict ? [{ mine: conflict.a, before: conflict.o, theirs: conflict.b }] : [],
  );
}

function piecesOf(base: string, mine: string, theirs: string): MergeRegion<string>[] | null {
  const [old, a, b] = [base, mine, theirs].map((text) => text.split('\n')) as [string[], string[], string[]];
  return old.length * Math.max(a.length, b.length) > MOST_PAIRS ? null : diff3Merge(a, old, b);
}
