/** The `reply` line: an attempt at a call was answered. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { applyCall } from '../../../money/money.ts';
import type { LineKind } from '../line-kind.ts';
import { callKey, json, usage } from '../schemas.ts';

/** A provider's answer (`Reply` in `model/call.ts`). */
const answer = later(() =>
  z.strictObject({
    text: z.string(),
    acts: z.array(z.strictObject({ id: z.string(), tool: z.string(), input: json() })),
    usage: usage().nullable(),
    requestId: z.string().nullable(),
    model: z.string(),
    cost: z.number().optional(),
    ends: z.literal(true).optional(),
  }),
);

const schema = later(() =>
  z.strictObject({
    k: z.literal('reply'),
    cost: z.number(),
    /** What was reported above the reserve. */
    over: z.number(),
    /** Why the cost is an estimate: what was wrong with the usage that the service reported. */
    flag: z.enum(['no usage', 'doubtful usage']).optional(),
    ms: z.number(),
    reply: answer(),
    ...callKey(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Calls {
    reply: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'reply'> = {
  phase: 'call',
  schema,
  apply: applyCall,
  files: null,
  undo: null,
  texts: (line, visitor) => visitor.reply(line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
