/** The words for the `unpaid` line: an approved act waits for credits. */
import { countCredits } from '../../../../core/money/ledger.ts';
import { inCredits } from '../../../../schema/amount.ts';
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'unpaid'> = {
  log: (line, turn) => [
    { level: 'warn', module: 'tool', event: 'unpaid', turn, id: line.id, cost: inCredits(line.cost) },
  ],
  turn: ({ id, cost }) => ({
    what: 'unpaid',
    agent: null,
    id,
    text: `${id} is approved and waits for ${countCredits(cost)}`,
  }),
  audit: ({ id, cost }) => [
    { ...done('engine', 'decide', 'credits', id, `waits for ${countCredits(cost)}`), outcome: 'held' },
  ],
  report: true,
};
