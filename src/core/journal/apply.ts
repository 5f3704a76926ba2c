/** Applies journal lines to the state. */
import type { Entry } from '../model/entry.ts';
import type { State } from '../model/state.ts';
import { KINDS } from './kinds.ts';

type Apply = (state: State, entry: Entry) => void;

/** The reducer of each kind of line, in a map: this is the hottest lookup of a start or a replay. */
const APPLY = new Map(Object.entries(KINDS).map(([k, { apply }]) => [k, apply as Apply]));

/**
 * Applies one journal line to the state, in place. Total: every line of a valid journal applies. The same lines in the same
 * order always give the same state; nothing else changes a state.
 */
export function apply(state: State, entry: Entry): void {
  (APPLY.get(entry.k) as Apply)(state, entry);
}
