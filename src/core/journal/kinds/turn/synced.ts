/** The `synced` line: the files of all turns up to this one were fsynced. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { changesNothing, type LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() => z.strictObject({ k: z.literal('synced'), turn: count() }));

declare module '../../../model/entry.ts' {
  interface Marks {
    synced: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'synced'> = {
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
