/** The `back` line has no words: the status shows it. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'back'> = SILENT;
