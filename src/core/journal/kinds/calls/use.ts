/** The `use` line: an act is about to be done by a tool that works on the world, or by any tool that costs something. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { applyUse } from '../../../money/money.ts';
import type { LineKind } from '../line-kind.ts';
import { actKey, json } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('use'),
    ...actKey(),
    tool: z.string(),
    /** null for an act on the organisation. */
    input: json(),
    /** Booked by this line, on the agent and on this unit. Absent: it costs nothing. */
    cost: z.number().optional(),
    unit: z.string().nullable().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Calls {
    use: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'use'> = {
  phase: 'call',
  schema,
  apply: applyUse,
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
