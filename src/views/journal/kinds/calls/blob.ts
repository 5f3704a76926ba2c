import { type LineView, SILENT } from '../line-view.ts';

/** Prompts tell of it. */
export const kind: LineView<'blob'> = SILENT;
