/** The words for the `warned` line: a soft cap was passed; only the log tells it. */
import type { LineView } from '../line-view.ts';

export const kind: LineView<'warned'> = {
  log: (line, turn) => [{ level: 'warn', module: 'engine', event: 'soft-cap', turn, scope: line.scope }],
  turn: null,
  audit: null,
  report: false,
};
