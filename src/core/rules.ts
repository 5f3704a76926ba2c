import type { OpenEntry } from './entry.ts';

/**
 * The rules that turns are made under: a whole number, raised whenever a prompt, a judgement, the end of a visit or a
 * generated text changes. A turn of other rules is folded from its lines and never made again.
 */
export const RULES = 2;

/** The rules of a turn. The first ones did not say so. */
export function rulesOf({ rules = 1 }: Pick<OpenEntry, 'rules'>): number {
  return rules;
}
