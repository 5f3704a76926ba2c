/** The words for the `run-archived` line: a run that has ended goes to the archive. */
import type { LineView } from '../line-view.ts';

export const kind: LineView<'run-archived'> = {
  log: ({ id }, turn) => [{ level: 'info', module: 'engine', event: 'run-archived', turn, id }],
  turn: null,
  audit: null,
  report: false,
};
