import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { leaveUnpaid } from '../../../approvals/reducer.ts';
import type { LineKind } from '../line-kind.ts';

/** An approved act cannot be paid: it goes on waiting, and is done when it can. People were told. */
const schema = later(() => z.strictObject({ k: z.literal('unpaid'), id: z.string(), cost: z.number() }));

declare module '../../../model/entry.ts' {
  interface Effects {
    unpaid: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'unpaid'> = {
  phase: 'effect',
  schema,
  apply: leaveUnpaid,
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
