/** Finds the words for a journal line. */
import type { Entry, Lines } from '../../core/model/entry.ts';
import type { LineView } from './kinds/line-view.ts';
import { VIEWS } from './kinds.ts';

/** The words for a line; the compiler cannot tell that they are that line's own. */
export function viewOf({ k }: Entry): LineView<keyof Lines> {
  return VIEWS[k] as unknown as LineView<keyof Lines>;
}
