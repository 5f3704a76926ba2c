/** The `open` line has no words: its turn is shown. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'open'> = SILENT;
