/**
 * The `lapsed` line: nobody answered a held act in time and nobody is left to ask, so the default of org.yaml is the answer.
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { answer } from '../../../approvals/reducer.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('lapsed'),
    id: z.string(),
    decision: z.enum(['approve', 'deny']),
    note: z.string(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    lapsed: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'lapsed'> = {
  phase: 'input',
  schema,
  apply: (state, { id, decision, note }) => answer(state, id, { decision, by: 'nobody', note }),
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
