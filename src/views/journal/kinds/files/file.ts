import { done, type LineView } from '../line-view.ts';

/** A file that a person changed. */
export const kind: LineView<'file'> = {
  log: (line, turn) => [
    { level: 'info', module: 'disk', event: 'changed', turn, path: line.path, gone: line.text === null },
  ],
  turn: ({ path, text }) => ({
    what: 'file',
    agent: null,
    id: null,
    text: `${path} ${text === null ? 'is gone' : 'was changed'}`,
  }),
  audit: ({ path, text }) => [done('file', text === null ? 'delete' : 'edit', 'by hand', path)],
  report: false,
};
