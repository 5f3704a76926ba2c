/** The `moved` line has no words: moves to the archive are not reported. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'moved'> = SILENT;
