/** Masks the secrets of the environment and of the owner. */
import { unchanged } from '../core/text/mask.ts';

/** Masks secrets in a text. `idle`: there are none at present. */
export interface Mask {
  (text: string): string;
  idle?(): boolean;
}

/** A copy of the value with secrets masked in its texts and keys. */
export function maskJson<T>(mask: Mask, value: T): T {
  return mask === unchanged || mask.idle?.() ? value : (maskValue(mask, value) as T);
}

/** Masks each text separately: in the JSON of the whole value, a secret with characters that JSON escapes would not be found. */
function maskValue(mask: Mask, value: unknown): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((one) => maskValue(mask, one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [mask(key), maskValue(mask, one)]));
}
