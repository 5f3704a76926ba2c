import { type LineView, SILENT } from '../line-view.ts';

/** Only the engine needs it: its turn tells of it. */
export const kind: LineView<'open'> = SILENT;
