/**
 * The `sweep` line: delivered files in an outbox go to the archive, because they are old or people put them away (`ids`).
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('sweep'),
    paths: z.array(z.string()),
    ids: z.array(z.string()).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    sweep: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'sweep'> = {
  phase: 'input',
  schema,
  apply: (state, { ids = [] }) => {
    for (const id of ids) state.mail.archive.delete(id);
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
