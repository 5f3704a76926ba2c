/** The `notice` line has no words: the agent hears it, and what it reports has a line of its own. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'notice'> = SILENT;
