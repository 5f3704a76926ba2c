import { type LineView, SILENT } from '../line-view.ts';

/** What was undone tells of it. */
export const kind: LineView<'undo'> = SILENT;
