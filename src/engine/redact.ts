import { unchanged } from '../core/strike.ts';
import { ownerOf } from '../disk/owner.ts';

/** What strikes secrets out of a text. `idle`: there is nothing to strike out now. */
export interface Redact {
  (text: string): string;
  idle?(): boolean;
}

/**
 * Strikes out the values of secret variables, those of the owner's `.env`, and every secret that was asked for, however
 * they are written.
 */
export function redactor(env: Record<string, string | undefined>): Redact {
  return ownerOf(env).redact;
}

/** The same value with the secrets in its texts struck out: a redactor leaves JSON what it is. */
export function redactJson<T>(redact: Redact, value: T): T {
  if (redact === unchanged || redact.idle?.()) return value;
  const text = JSON.stringify(value);
  const clean = redact(text);
  return clean === text ? value : (JSON.parse(clean) as T);
}
