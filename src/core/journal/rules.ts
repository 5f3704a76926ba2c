/** The number of the rules under which turns are made. */
import type { Entry, OpenEntry } from '../model/entry.ts';
import { PHASES } from './phases.ts';

/**
 * The rules that turns are made under: a whole number, raised whenever a prompt, a judgement, the end of a visit or a
 * generated text changes. A turn of other rules is folded from its lines and never made again. The sample of
 * `tests/rules/` is recorded once for each number; its test tells when a new one is due.
 */
export const RULES = 2;

/** The rules of a turn. The first ones did not say so. */
export function rulesOf({ rules = 1 }: Pick<OpenEntry, 'rules'>): number {
  return rules;
}

/** Why this program cannot tell what the line means, as the end of a sentence; null when it can. */
export function newerThanKnown(line: Entry): string | null {
  if ((line.k === 'open' || line.k === 'recovered') && !isKnown(rulesOf(line)))
    return `was made under rules ${rulesOf(line)}`;
  return Object.hasOwn(PHASES, line.k) ? null : `is of the kind ${JSON.stringify(line.k)}`;
}

function isKnown(rules: number): boolean {
  return Number.isInteger(rules) && rules >= 1 && rules <= RULES;
}
