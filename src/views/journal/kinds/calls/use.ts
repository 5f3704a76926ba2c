/** The words for the `use` line: what an act costs. */
import { countCredits } from '../../../../core/money/ledger.ts';
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'use'> = {
  log: null,
  turn: null,
  audit: (line) =>
    line.cost === undefined ? [] : [done(line.agent, 'pay', 'price', line.tool, countCredits(line.cost))],
  report: false,
};
