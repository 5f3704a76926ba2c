import type { LineView } from '../line-view.ts';

/** A file that could not be put in its place. */
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
