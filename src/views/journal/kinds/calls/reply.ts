/** The words for the `reply` line: a call was answered; for debugging, unless its cost is an estimate. */
import { printKey } from '../../../../core/model/call.ts';
import { inCredits } from '../../../../schema/amount.ts';
import type { LineView } from '../line-view.ts';

export const kind: LineView<'reply'> = {
  log: (line, turn) => [
    {
      level: line.flag ? 'warn' : 'debug',
      module: 'provider',
      event: 'call',
      turn,
      agent: line.agent,
      call: printKey(line),
      model: line.reply.model,
      request_id: line.reply.requestId ?? undefined,
      ms: line.ms,
      cost: inCredits(line.cost),
      ...(line.flag && { text: `${line.flag}: the cost is estimated` }),
    },
  ],
  turn: null,
  audit: null,
  report: false,
};
