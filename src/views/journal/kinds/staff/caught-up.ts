import { type LineView, SILENT } from '../line-view.ts';

/** Only the engine needs it. */
export const kind: LineView<'caught-up'> = SILENT;
