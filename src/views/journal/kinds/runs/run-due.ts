/** The words for the `run-due` line: runs begin by themselves. */
import type { LineView } from '../line-view.ts';

export const kind: LineView<'run-due'> = {
  log: ({ workflow, begin, notices }, turn) =>
    begin.length + notices.length === 0
      ? []
      : [{ level: 'info', module: 'engine', event: 'run-due', turn, workflow, runs: begin.length }],
  turn: null,
  audit: null,
  report: false,
};
