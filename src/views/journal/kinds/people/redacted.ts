/** The `redacted` line has no words: the request is shown. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'redacted'> = SILENT;
