/** The words for the `run-asked` line: what a person or a trigger asked of runs was done, or could not be. */
import { defined } from '../../../../schema/copy.ts';
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'run-asked'> = {
  log: ({ by, do: verb, id, refused }, turn) => [
    {
      level: refused === undefined ? 'info' : 'warn',
      module: 'engine',
      event: 'run-asked',
      turn,
      by,
      do: verb,
      id,
      ...defined({ why: refused }),
    },
  ],
  turn: ({ by, do: verb, id, refused }) =>
    refused === undefined ? null : { what: 'refused', agent: by, id, text: `${by} cannot ${verb} ${id}: ${refused}` },
  audit: ({ by, do: verb, id, due, refused }) => [
    {
      ...done(by, `workflow ${verb}`, due ? 'trigger' : 'person', id, refused),
      outcome: refused === undefined ? 'done' : 'refused',
    },
  ],
  report: true,
};
