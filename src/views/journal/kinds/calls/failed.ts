/** The words for the `failed` line: a call failed; only the log tells it. */
import { printKey } from '../../../../core/model/call.ts';
import { inCredits } from '../../../../schema/amount.ts';
import type { LineView } from '../line-view.ts';

export const kind: LineView<'failed'> = {
  log: (line, turn) => [
    {
      level: 'warn',
      module: 'provider',
      event: 'call-failed',
      turn,
      agent: line.agent,
      call: printKey(line),
      failure: line.failure,
      ms: line.ms,
      cost: inCredits(line.cost),
      text: line.message,
    },
  ],
  turn: null,
  audit: null,
  report: false,
};
