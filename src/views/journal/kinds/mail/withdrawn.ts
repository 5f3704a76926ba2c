/** The words for the `withdrawn` line: a person took mail back. */
import { shorten } from '../../../text/table.ts';
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'withdrawn'> = {
  log: null,
  turn: ({ id, by, to }) => ({ what: 'withdrawn', agent: by, id, text: `${by} took ${id} back from ${to.join(', ')}` }),
  audit: ({ id, by, to }) => [done(by, 'withdraw', 'person', id, `from ${shorten(to.join(', '), 60)}`)],
  report: true,
};
