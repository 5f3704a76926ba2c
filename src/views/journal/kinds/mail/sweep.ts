/** The `sweep` line has no words: the moves are shown. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'sweep'> = SILENT;
