import type { Effect, Entry, Lines } from '../model/entry.ts';
import type { LineKind } from './kinds/line-kind.ts';
import { KINDS } from './kinds.ts';

/** The kind of a line; the compiler cannot tell that it is that line's own. */
export function kindOf({ k }: Entry): LineKind<keyof Lines> {
  return KINDS[k] as unknown as LineKind<keyof Lines>;
}

/** Whether the program knows lines of that kind. */
export function isKnownKind(k: string): k is keyof Lines {
  return Object.hasOwn(KINDS, k);
}

/** Whether a line of that kind is folded only when its turn is committed. */
export function isCall(line: Entry): boolean {
  return kindOf(line).phase === 'call';
}

export function isEffect(line: Entry): line is Effect {
  return kindOf(line).phase === 'effect';
}
