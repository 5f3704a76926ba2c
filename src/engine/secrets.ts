/** Masks the secrets of the environment and of the owner. */
import { unchanged } from '../core/text/mask.ts';
import { ownerOf } from '../disk/owner/owner.ts';

/** What strikes secrets out of a text. `idle`: there is nothing to strike out now. */
export interface Mask {
  (text: string): string;
  idle?(): boolean;
}

/**
 * Strikes out the values of secret variables, those of the owner's `.env`, and every secret that was asked for, however
 * they are written.
 */
export function secretMask(env: Record<string, string | undefined>): Mask {
  return ownerOf(env).redact;
}

/** The same value with the secrets in its texts and keys struck out. */
export function maskJson<T>(redact: Mask, value: T): T {
  return redact === unchanged || redact.idle?.() ? value : (struck(redact, value) as T);
}

/** Text by text: in JSON of all of it a secret that is written as JSON would be escaped once more. */
function struck(redact: Mask, value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((one) => struck(redact, one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [redact(key), struck(redact, one)]));
}
