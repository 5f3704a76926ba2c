/** Sorts journal lines by their phase. */
import type { Effect, Entry } from '../model/entry.ts';
import { PHASES } from './phases.ts';

/** Whether a line of that kind is applied only when its turn is committed. */
export function isCall({ k }: Entry): boolean {
  return PHASES[k] === 'call';
}

export function isEffect(line: Entry): line is Effect {
  return PHASES[line.k] === 'effect';
}

/** Whether a person gave it: mail, edits, requests, answers. */
export function isGiven({ k }: Entry): boolean {
  return GIVEN.has(k);
}
const GIVEN: ReadonlySet<Entry['k']> = new Set(['drop', 'file', 'mail', 'mail-gone', 'request', 'answer', 'revived']);
