import { type LineView, SILENT } from '../line-view.ts';

/** The request tells of it. */
export const kind: LineView<'redacted'> = SILENT;
