/** The `commit` line has no words: its turn is shown. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'commit'> = SILENT;
