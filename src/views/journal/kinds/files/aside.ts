/** The words for the `aside` line: a file could not be taken in. */
import type { LineView } from '../line-view.ts';

export const kind: LineView<'aside'> = {
  log: (line, turn) => [
    {
      level: 'warn',
      module: 'disk',
      event: 'set-aside',
      turn,
      id: line.id,
      path: line.path,
      reason: line.reason,
      text: line.detail,
    },
  ],
  turn: ({ owner, id, path, detail }) => ({ what: 'set aside', agent: owner, id, text: `${path}: ${detail}` }),
  audit: null,
  report: false,
};
