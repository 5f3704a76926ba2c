/** The `workspace` line has no words: the prompt of its agent shows it. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'workspace'> = SILENT;
