/** The words for the `decided` line: the outcome of a held act. */
import type { LineView } from '../line-view.ts';

export const kind: LineView<'decided'> = {
  log: (line, turn) => [
    {
      level: 'info',
      module: 'tool',
      event: 'decided',
      turn,
      id: line.id,
      decision: line.decision,
      by: line.by,
      text: line.outcome,
    },
  ],
  turn: ({ id, decision, by, outcome }) => ({
    what: 'decided',
    agent: null,
    id,
    text: `${decision} by ${by}: ${outcome}`,
  }),
  audit: ({ id, decision, by, outcome }) => [
    { who: by, act: 'decide', outcome: decision, rule: 'approval', on: id, detail: outcome },
  ],
  report: true,
};
