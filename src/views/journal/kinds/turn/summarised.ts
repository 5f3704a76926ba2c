/** The `summarised` line has no words: only the engine needs it. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'summarised'> = SILENT;
