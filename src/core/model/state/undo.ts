/** The slice of the state for what people take back. */
import type { UndoEntry } from '../entry.ts';

export interface UndoState {
  /** What people want undone, until the next freeze. */
  asked: { of: string; by: string; key?: string }[];
  /** What is being undone in the turn being made. */
  undoing: UndoEntry[];
}

export function emptyUndo(): UndoState {
  return { asked: [], undoing: [] };
}
