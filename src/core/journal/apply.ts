import type { Entry } from '../model/entry.ts';
import type { State } from '../model/state.ts';
import { kindOf } from './kind-of.ts';

/**
 * Folds one journal line into the state, in place. Total: every line of a valid journal applies. The same lines in the
 * same order always give the same state; nothing else changes one.
 */
export function apply(state: State, entry: Entry): void {
  kindOf(entry).apply(state, entry);
}
