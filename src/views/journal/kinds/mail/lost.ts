import { type LineView, SILENT } from '../line-view.ts';

/** The dead letter tells of it. */
export const kind: LineView<'lost'> = SILENT;
