/** Masks the secrets of the environment and of the owner. */
import { unchanged } from '../core/text/mask.ts';

/** Masks secrets in a text. `idle`: there is nothing to mask at present. */
export interface Mask {
  (text: string): string;
  idle?(): boolean;
}

/** The same value with the secrets in its texts and keys masked. */
export function maskJson<T>(mask: Mask, value: T): T {
  return mask === unchanged || mask.idle?.() ? value : (maskValue(mask, value) as T);
}

/** Masks text by text: in the JSON of the whole value, a secret that contains JSON escapes would be escaped again. */
function maskValue(mask: Mask, value: unknown): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((one) => maskValue(mask, one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [mask(key), maskValue(mask, one)]));
}
