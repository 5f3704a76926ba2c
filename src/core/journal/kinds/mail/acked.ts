/** The `acked` line: an agent acknowledged a message, and its author was told at once. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { changesNothing, type LineKind } from '../line-kind.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('acked'),
    agent: z.string(),
    id: z.string(),
    author: z.string(),
    reaction: z.string(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    acked: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'acked'> = {
  phase: 'effect',
  schema,
  apply: changesNothing,
  files: null,
  undo: { by: ({ agent }) => agent, changes: () => 'its author was told at once' },
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
