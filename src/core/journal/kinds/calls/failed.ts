/** The `failed` line: an attempt at a call failed. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { PROVIDER_FAILURES, REPLY_FAILURES } from '../../../model/call.ts';
import { applyCall } from '../../../money/money.ts';
import type { LineKind } from '../line-kind.ts';
import { callKey, usage } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('failed'),
    cost: z.number(),
    ms: z.number(),
    /** When it failed. */
    at: z.number().optional(),
    failure: z.enum([...PROVIDER_FAILURES, ...REPLY_FAILURES]),
    message: z.string(),
    usage: usage().nullable(),
    requestId: z.string().nullable(),
    /** Milliseconds for which the service asked for no further call. */
    retryAfterMs: z.number().optional(),
    ...callKey(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Calls {
    failed: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'failed'> = {
  phase: 'call',
  schema,
  apply: applyCall,
  files: null,
  undo: null,
  texts: (line, visitor) => visitor.failure(line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
