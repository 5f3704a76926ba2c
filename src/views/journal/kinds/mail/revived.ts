/** The words for the `revived` line: a dead letter is delivered again. */
import type { LineView } from '../line-view.ts';

export const kind: LineView<'revived'> = {
  log: null,
  turn: (line) => ({
    what: 'revived',
    agent: null,
    id: line.id,
    text: `${line.message.id} is delivered again to ${line.to.join(', ')}`,
  }),
  audit: null,
  report: false,
};
