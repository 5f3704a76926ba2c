import { type LineView, SILENT } from '../line-view.ts';

/** The answer tells of it. */
export const kind: LineView<'intent'> = SILENT;
