/**
 * The `recovered` line: what a start after a crash found: attempts to repeat, and attempts that may have been billed without
 * a reply.
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { putInDoubt } from '../../../money/money.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('recovered'),
    turn: count(),
    again: z.array(z.string()),
    doubt: z.array(z.string()),
    /** The turn was finished under these rules, not its own. */
    rules: count().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Calls {
    recovered: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'recovered'> = {
  phase: 'call',
  schema,
  apply: (state, { doubt }) => {
    for (const key of doubt) putInDoubt(state, key);
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
