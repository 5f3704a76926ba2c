/** The words for the `file` line: a person changed a file. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'file'> = {
  log: (line, turn) => [
    { level: 'info', module: 'disk', event: 'changed', turn, path: line.path, gone: line.text === null },
  ],
  turn: ({ path, text }) => ({
    what: 'file',
    agent: null,
    id: null,
    text: `${path} ${text === null ? 'was deleted' : 'was changed'}`,
  }),
  audit: ({ path, text }) => [done('file', text === null ? 'delete' : 'edit', 'by hand', path)],
  report: false,
};
