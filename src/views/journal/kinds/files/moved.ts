import { type LineView, SILENT } from '../line-view.ts';

/** Old mail and old memory that go to the archive: not told. */
export const kind: LineView<'moved'> = SILENT;
