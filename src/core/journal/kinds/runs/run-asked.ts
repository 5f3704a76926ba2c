/** The `run-asked` line: what a person or a trigger asked of runs was done, or could not be. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { RUN_VERBS } from '../../../../schema/records/request.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('run-asked'),
    turn: count(),
    by: z.string(),
    do: z.enum([...RUN_VERBS, 'run']),
    /** The run; where none began, the workflow. */
    id: z.string(),
    /** It began by itself. */
    due: z.literal(true).optional(),
    /** Why it was not done. */
    refused: z.string().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    'run-asked': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'run-asked'> = {
  phase: 'effect',
  schema,
  apply: ({ runs }, { due }) => {
    if (due) runs.due.shift();
    else runs.asked.shift();
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
