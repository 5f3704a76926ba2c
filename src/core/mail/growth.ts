/**
 * Tells whether a visit that was cut made its files grow: then it made progress, and no attempt counts. Only what is larger
 * than ever before with that mail is growth, and only so many visits in a row are forgiven.
 */
import type { Mail } from '../model/state/mail.ts';

/** What visits with a message, which count no attempt, made of files: how many they were, and characters by path. */
export interface FileGrowth {
  visits: number;
  files: Record<string, number>;
}

/** Visits with a message that count no attempt because files grew. */
const MOST_VISITS = 10;

/** What becomes of the growth after a cut visit that left these files; null: an attempt counts. Pure. */
export function growthAfter(
  mail: Mail,
  agent: string,
  files: Readonly<Record<string, number>> = {},
): FileGrowth | null {
  const before = mail.grown?.[agent] ?? NONE;
  if (before.visits >= MOST_VISITS) return null;
  const grown = Object.entries(files).filter(([path, size]) => size > sizeOf(before, path));
  if (grown.length === 0) return null;
  return { visits: before.visits + 1, files: Object.fromEntries([...Object.entries(before.files), ...grown]) };
}
const NONE: FileGrowth = { visits: 0, files: {} };

function sizeOf({ files }: FileGrowth, path: string): number {
  return Object.hasOwn(files, path) ? (files[path] as number) : 0;
}
