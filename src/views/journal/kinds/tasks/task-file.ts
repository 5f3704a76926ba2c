/** The words for the `task-file` line: a person made, changed or deleted the file of a task. */

import { taskPath } from '../../../../core/tasks/file.ts';
import { defined } from '../../../../schema/copy.ts';
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'task-file'> = {
  log: ({ id, found, refused }, turn) => [
    {
      level: refused === undefined ? 'info' : 'warn',
      module: 'disk',
      event: refused === undefined ? 'changed' : 'put-back',
      turn,
      path: taskPath(id),
      gone: found === null,
      ...defined({ why: refused }),
    },
  ],
  turn: ({ id, refused, found }) => ({
    what: 'file',
    agent: null,
    id,
    text:
      refused === undefined
        ? `${taskPath(id)} was changed`
        : `${taskPath(id)} was put back: ${found === null ? 'it was deleted' : refused}`,
  }),
  audit: ({ by, id, found, refused }) => [
    done(by, found === null ? 'delete' : 'edit', refused === undefined ? 'by hand' : 'put back', taskPath(id), refused),
  ],
  report: false,
};
