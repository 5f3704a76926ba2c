/** The `done` line: the files of that turn stand in the folder. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { changesNothing, type LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() => z.strictObject({ k: z.literal('done'), turn: count() }));

declare module '../../../model/entry.ts' {
  interface Marks {
    done: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'done'> = {
  phase: 'mark',
  schema,
  apply: changesNothing,
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
