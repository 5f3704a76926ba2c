/** The `unpaid` line: an approved act cannot be paid yet and goes on waiting; the people and the agent were told. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { leaveUnpaid } from '../../../approvals/reducer.ts';
import type { LineKind } from '../line-kind.ts';

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
