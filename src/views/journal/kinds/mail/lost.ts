/** The `lost` line has no words: the dead letter is shown. */
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'lost'> = SILENT;
