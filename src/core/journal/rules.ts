/** The number of the rules under which turns are made. */
import type { Entry, OpenEntry } from '../model/entry.ts';
import { PHASES } from './phases.ts';

/**
 * The rules under which turns are made: a whole number, raised whenever a prompt, a judgement, the end of a visit or a
 * generated text changes. A turn of other rules is applied from its lines and never made again. The sample of
 * `tests/rules/` is recorded once for each number; its test says when a new one is due.
 */
export const RULES = 4;

/** The rules of a turn. Turns under rules 1 did not record them. */
export function rulesOf({ rules = 1 }: Pick<OpenEntry, 'rules'>): number {
  return rules;
}

/** Why this program cannot understand the line, as the end of a sentence; null when it can. */
export function newerThanKnown(line: Entry): string | null {
  if ((line.k === 'open' || line.k === 'recovered') && !isKnown(rulesOf(line)))
    return `was made under rules ${rulesOf(line)}`;
  return Object.hasOwn(PHASES, line.k) ? null : `is of the kind ${JSON.stringify(line.k)}`;
}

function isKnown(rules: number): boolean {
  return Number.isInteger(rules) && rules >= 1 && rules <= RULES;
}
