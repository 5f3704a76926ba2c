import { countCredits } from '../../../../core/money/ledger.ts';
import { done, type LineView } from '../line-view.ts';

/** What an act costs. */
export const kind: LineView<'use'> = {
  log: null,
  turn: null,
  audit: (line) =>
    line.cost === undefined ? [] : [done(line.agent, 'pay', 'price', line.tool, countCredits(line.cost))],
  report: false,
};
