/** The words for the `lapsed` line: nobody answered a held act, and nobody is left to ask. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'lapsed'> = {
  log: (line, turn) => [{ level: 'warn', module: 'tool', event: 'lapsed', turn, id: line.id, decision: line.decision }],
  turn: ({ id, note }) => ({ what: 'lapsed', agent: null, id, text: `${id}: ${note}` }),
  audit: ({ id, decision, note }) => [done('engine', 'lapse', 'approvals.timeout', id, `${decision}: ${note}`)],
  report: false,
};
