/** The `undone` line: what an effect did to a path or a message was undone, and is not undone again. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { changesNothing, type LineKind } from '../line-kind.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('undone'),
    id: z.string(),
    by: z.string(),
    on: z.string(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    undone: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'undone'> = {
  phase: 'effect',
  schema,
  apply: changesNothing,
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
