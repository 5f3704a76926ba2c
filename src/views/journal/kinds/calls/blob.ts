/** The `blob` line has no words: prompts show its text. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'blob'> = SILENT;
