/** The words for the `mail` line: a person edited mail that was not delivered. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'mail'> = {
  log: null,
  turn: ({ id }) => ({ what: 'edit', agent: null, id, text: `${id} was edited before it was delivered` }),
  audit: ({ id }) => [done('file', 'edit', 'by hand', id)],
  report: false,
};
