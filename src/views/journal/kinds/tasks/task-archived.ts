/** The words for the `task-archived` line: a finished task that no open one needs goes to the archive. */
import type { LineView } from '../line-view.ts';

export const kind: LineView<'task-archived'> = {
  log: ({ id }, turn) => [{ level: 'info', module: 'engine', event: 'task-archived', turn, id }],
  turn: null,
  audit: null,
  report: false,
};
