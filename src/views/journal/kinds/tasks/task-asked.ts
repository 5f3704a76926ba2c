/** The words for the `task-asked` line: what a person asked of a task was done, or could not be. */
import { defined } from '../../../../schema/copy.ts';
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'task-asked'> = {
  log: ({ by, do: verb, id, refused }, turn) => [
    {
      level: refused === undefined ? 'info' : 'warn',
      module: 'engine',
      event: 'task-asked',
      turn,
      by,
      do: verb,
      ...defined({ id, why: refused }),
    },
  ],
  turn: ({ by, do: verb, id, refused }) =>
    refused === undefined || id === undefined
      ? null
      : { what: 'refused', agent: by, id, text: `${by} cannot ${verb} task ${id}: ${refused}` },
  audit: ({ by, do: verb, id, refused }) => [
    { ...done(by, `task ${verb}`, 'person', id ?? '-', refused), outcome: refused === undefined ? 'done' : 'refused' },
  ],
  report: true,
};
