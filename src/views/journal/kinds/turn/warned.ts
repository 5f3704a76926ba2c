import type { LineView } from '../line-view.ts';

/** A soft cap was passed: for the log alone. */
export const kind: LineView<'warned'> = {
  log: (line, turn) => [{ level: 'warn', module: 'engine', event: 'soft-cap', turn, scope: line.scope }],
  turn: null,
  audit: null,
  report: false,
};
