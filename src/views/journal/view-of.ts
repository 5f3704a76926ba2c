/** Finds the words for a journal line. */
import type { Entry, Lines } from '../../core/model/entry.ts';
import type { LineView } from './kinds/line-view.ts';
import { VIEWS } from './kinds.ts';

/** The words for a line. The compiler cannot see that they are the words of this very line. */
export function viewOf({ k }: Entry): LineView<keyof Lines> {
  return VIEWS[k] as unknown as LineView<keyof Lines>;
}
