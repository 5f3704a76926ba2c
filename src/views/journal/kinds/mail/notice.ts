import { type LineView, SILENT } from '../line-view.ts';

/** The agent hears it, and what it tells of has a line of its own. */
export const kind: LineView<'notice'> = SILENT;
