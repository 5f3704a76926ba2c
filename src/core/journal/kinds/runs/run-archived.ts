/** The `run-archived` line: a run that has ended goes to the archive. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { archiveRun } from '../../../model/runs/runs.ts';
import { archivedRunPath, runPath } from '../../../workflows/run/page.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() => z.strictObject({ k: z.literal('run-archived'), turn: count(), id: z.string() }));

declare module '../../../model/entry.ts' {
  interface Effects {
    'run-archived': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'run-archived'> = {
  phase: 'effect',
  schema,
  apply: (state, { id }) => {
    archiveRun(state.runs, id);
    state.files.texts.delete(runPath(id));
  },
  files: ({ id }) => [{ op: 'move', from: runPath(id), to: archivedRunPath(id) }],
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
