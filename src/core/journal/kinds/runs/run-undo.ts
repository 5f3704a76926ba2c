/** The `run-undo` line: a run takes back what a piece of its work did. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { runNamed } from '../../../model/runs/runs.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('run-undo'),
    turn: count(),
    key: z.string(),
    /** The id of the task or run. */
    of: z.string(),
    by: z.string(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    'run-undo': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'run-undo'> = {
  phase: 'effect',
  schema,
  apply: ({ runs, undo }, { key, of, by }) => {
    runs.undos.set(key, { of, by, tries: 1, status: 'running', reason: null });
    // A run that another one made takes itself back.
    if (!runNamed(runs, of)) undo.asked.push({ of, by, key });
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
