/** The words for the `recovered` line: calls that a crash cut off. */
import { count } from '../../../text/table.ts';
import type { LineView } from '../line-view.ts';

export const kind: LineView<'recovered'> = {
  log: (line, turn) => [
    { level: 'warn', module: 'provider', event: 'recovered', turn, again: line.again, doubt: line.doubt },
  ],
  turn: (line) => ({
    what: 'recovered',
    agent: null,
    id: null,
    text: `${count(line.again.length, 'call')} repeated, ${line.doubt.length} in doubt`,
  }),
  audit: null,
  report: false,
};
