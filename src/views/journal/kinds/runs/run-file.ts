/** The words for the `run-file` line: a person changed or deleted the file of a run, which is put back. */
import { runPath } from '../../../../core/workflows/run/page.ts';
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'run-file'> = {
  log: ({ id, found }, turn) => [
    { level: 'warn', module: 'disk', event: 'put-back', turn, path: runPath(id), gone: found === null },
  ],
  turn: ({ id, found }) => ({
    what: 'file',
    agent: null,
    id,
    text: `${runPath(id)} was put back: ${found === null ? 'it was deleted' : 'the engine writes it'}`,
  }),
  audit: ({ by, id, found }) => [done(by, found === null ? 'delete' : 'edit', 'put back', runPath(id), undefined)],
  report: false,
};
