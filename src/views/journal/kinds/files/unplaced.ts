/** The words for the `unplaced` line: a file could not be put in its place. */
import type { LineView } from '../line-view.ts';

export const kind: LineView<'unplaced'> = {
  log: (line, turn) => [
    {
      level: 'warn',
      module: 'disk',
      event: 'set-aside',
      turn,
      id: line.id,
      path: line.path,
      reason: 'unplaced',
      text: line.detail,
    },
  ],
  turn: ({ owner, id, path, detail }) => ({ what: 'set aside', agent: owner, id, text: `${path}: ${detail}` }),
  audit: null,
  report: false,
};
