import type { LineView } from '../line-view.ts';

/** A dead letter that is delivered again. */
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
