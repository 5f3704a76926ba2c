/** The end of a turn, in the log: what it came to. */
import { inCredits } from '../../../../schema/amount.ts';
import { type LineView, SILENT } from '../line-view.ts';

export const kind: LineView<'commit'> = {
  ...SILENT,
  log: (_line, turn, { visits, inputs, cost }) => [
    { level: 'info', module: 'engine', event: 'turn', turn, visits, inputs, cost: inCredits(cost) },
  ],
};
