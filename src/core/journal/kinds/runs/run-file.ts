/** The `run-file` line: a person changed or deleted the file of a run, which only the engine writes. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { changesNothing, type LineKind } from '../line-kind.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('run-file'),
    id: z.string(),
    by: z.string(),
    /** What lies there; null for a file that was deleted. */
    found: z.string().nullable(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    'run-file': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'run-file'> = {
  phase: 'input',
  schema,
  apply: changesNothing,
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
