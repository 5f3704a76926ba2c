/** The `caught-up` line has no words: only the engine needs it. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'caught-up'> = SILENT;
