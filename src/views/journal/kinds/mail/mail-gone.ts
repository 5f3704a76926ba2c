/** The words for the `mail-gone` line: a person deleted mail that was not delivered. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'mail-gone'> = {
  log: null,
  turn: ({ id }) => ({ what: 'edit', agent: null, id, text: `${id} was deleted before it was delivered` }),
  audit: ({ id }) => [done('file', 'delete', 'by hand', id)],
  report: false,
};
