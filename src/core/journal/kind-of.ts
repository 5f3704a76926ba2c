/** Finds the kind of a journal line. */
import type { Entry, Lines } from '../model/entry.ts';
import type { LineKind } from './kinds/line-kind.ts';
import { KINDS } from './kinds.ts';

/** The kind of a line; the compiler cannot tell that it is that line's own. */
export function kindOf({ k }: Entry): LineKind<keyof Lines> {
  return KINDS[k] as unknown as LineKind<keyof Lines>;
}

/** Whether the configuration must be read anew after it. */
export function changesConfig(line: Entry): boolean {
  return kindOf(line).changesConfig?.(line) ?? false;
}
