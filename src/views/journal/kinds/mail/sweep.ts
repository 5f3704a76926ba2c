import { type LineView, SILENT } from '../line-view.ts';

/** The moves tell of it. */
export const kind: LineView<'sweep'> = SILENT;
