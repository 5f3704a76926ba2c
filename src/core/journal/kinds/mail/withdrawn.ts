/** The `withdrawn` line: a person took mail back from those who had not got it. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { takeBack } from '../../../mail/reducer.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('withdrawn'),
    id: z.string(),
    by: z.string(),
    to: z.array(z.string()),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    withdrawn: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'withdrawn'> = {
  phase: 'effect',
  schema,
  apply: (state, { id, to }) => takeBack(state, id, to),
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
