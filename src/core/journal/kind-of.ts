/** Finds the kind of a journal line. */
import type { Entry, Lines } from '../model/entry.ts';
import type { LineKind } from './kinds/line-kind.ts';
import { KINDS } from './kinds.ts';

/** The kind of a line. The compiler cannot see that it is the kind of this very line. */
export function kindOf({ k }: Entry): LineKind<keyof Lines> {
  return KINDS[k] as unknown as LineKind<keyof Lines>;
}

/** Whether the configuration must be read again after the line. */
export function changesConfig(line: Entry): boolean {
  return kindOf(line).changesConfig?.(line) ?? false;
}
