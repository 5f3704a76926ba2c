/** Masks the secrets of the environment and of the owner. */
import { unchanged } from '../core/text/mask.ts';

/** Masks secrets in a text. `idle`: there are none at present. */
export interface Mask {
  (text: string): string;
  idle?(): boolean;
}

/** The same value with the secrets in its texts and keys masked. */
export function maskJson<T>(redact: Mask, value: T): T {
  return redact === unchanged || redact.idle?.() ? value : (struck(redact, value) as T);
}

/** Masks text by text: in the JSON of the whole value, a secret that contains JSON escapes would be escaped again. */
function struck(redact: Mask, value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((one) => struck(redact, one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [redact(key), struck(redact, one)]));
}
