/** The file operations of a journal line. */
import type { Effect, Entry } from '../model/entry.ts';
import { archivePath } from '../rights/recipients.ts';
import type { FileOp } from './file-op.ts';
import { kindOf } from './kind-of.ts';

/** File operations of a line that are done at the commit of its turn, in order. */
export function filesOf(entry: Entry): FileOp[] {
  return kindOf(entry).files?.(entry) ?? [];
}

/** Moves of delivered mail to the archive. */
export function archiveMoves(paths: readonly string[]): Effect[] {
  return paths.map((from) => ({ k: 'moved', from, to: archivePath(from) }));
}
