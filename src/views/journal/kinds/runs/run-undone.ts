/** The words for the `run-undone` line: what is left after a run took work back. */
import type { LineView } from '../line-view.ts';

export const kind: LineView<'run-undone'> = {
  log: ({ key, left }, turn) => [
    { level: left.length === 0 ? 'info' : 'warn', module: 'engine', event: 'run-undone', turn, key, left: left.length },
  ],
  turn: null,
  audit: null,
  report: false,
};
