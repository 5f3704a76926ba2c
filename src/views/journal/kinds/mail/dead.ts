/** The words for the `dead` line: a recipient will never get a message. */
import { fateOf } from '../../../../core/mail/dead-letter-text.ts';
import type { LineView } from '../line-view.ts';

export const kind: LineView<'dead'> = {
  log: ({ record, detail }, turn) => [
    {
      level: 'warn',
      module: 'engine',
      event: 'dead-letter',
      turn,
      agent: record.from,
      message: record.message ?? undefined,
      id: record.id,
      to: record.to,
      reason: record.reason,
      path: record.path,
      text: detail,
    },
  ],
  turn: ({ record, waits, detail }) => ({
    what: 'dead letter',
    agent: record.from,
    id: record.id,
    text: `${record.message} ${fateOf(record, waits)}: ${detail}`,
  }),
  audit: null,
  report: false,
};
