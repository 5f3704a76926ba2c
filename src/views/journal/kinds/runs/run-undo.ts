/** The words for the `run-undo` line: a run takes back what a piece of its work did. */
import type { LineView } from '../line-view.ts';

export const kind: LineView<'run-undo'> = {
  log: ({ key, of }, turn) => [{ level: 'info', module: 'engine', event: 'run-undo', turn, key, of }],
  turn: null,
  audit: null,
  report: false,
};
