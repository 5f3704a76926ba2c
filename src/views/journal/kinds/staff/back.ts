import { type LineView, SILENT } from '../line-view.ts';

/** The status tells of it. */
export const kind: LineView<'back'> = SILENT;
