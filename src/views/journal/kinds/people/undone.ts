/** The words for the `undone` line: a person took back what was done. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'undone'> = {
  log: (line, turn) => [
    { level: 'info', module: 'command', event: 'undone', turn, id: line.id, by: line.by, on: line.on },
  ],
  turn: ({ by, id, on }) => ({ what: 'undone', agent: by, id, text: `${by} undid ${id}: ${on}` }),
  audit: ({ by, id, on }) => [done(by, 'undo', 'person', on, id)],
  report: true,
};
