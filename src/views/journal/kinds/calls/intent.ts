/** The `intent` line has no words: the line with the answer is shown. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'intent'> = SILENT;
