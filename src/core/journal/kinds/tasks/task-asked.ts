/** The `task-asked` line: what a person asked of a task was done, or could not be. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { TASK_VERBS } from '../../../../schema/records/request.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('task-asked'),
    turn: count(),
    by: z.string(),
    do: z.enum([...TASK_VERBS, 'archive']),
    /** The task; absent for all finished ones. */
    id: z.string().optional(),
    /** Why it was not done. */
    refused: z.string().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    'task-asked': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'task-asked'> = {
  phase: 'effect',
  schema,
  apply: (state) => {
    state.tasks.asked.shift();
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
