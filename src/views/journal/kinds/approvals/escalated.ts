/** The words for the `escalated` line: the next person is asked about a held act. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'escalated'> = {
  log: (line, turn) => [{ level: 'warn', module: 'tool', event: 'escalated', turn, id: line.held.id, to: line.to }],
  turn: ({ to, held }) => ({
    what: 'escalated',
    agent: to,
    id: held.id,
    text: `${held.id}: nobody answered in time, so ${to} is asked`,
  }),
  audit: ({ to, held }) => [done('engine', 'escalate', 'approvals.timeout', held.id, `to ${to}`)],
  report: false,
};
