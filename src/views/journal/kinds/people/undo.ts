/** The `undo` line has no words: the `undone` lines are shown. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'undo'> = SILENT;
