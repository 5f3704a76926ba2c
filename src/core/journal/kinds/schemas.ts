/** The parts of which the schemas of journal lines consist. */
import * as z from 'zod';
import { later } from '../../../schema/later.ts';
import { MESSAGE_KINDS, PRIORITIES } from '../../../schema/records/message.ts';
import type { Json } from '../../model/call.ts';

/** Amounts are micro-credits, times are milliseconds since 1970. */

export const json = later((): z.ZodType<Json> => z.json());
export const count = later(() => z.number().int());
export const priority = later(() => z.enum(PRIORITIES));

/** The message as the engine knows it: its front matter, its file and its body. */
export const message = later(() =>
  z.strictObject({
    id: z.string(),
    from: z.string(),
    to: z.array(z.string()),
    turn: count(),
    kind: z.enum(MESSAGE_KINDS),
    subject: z.string(),
    priority: priority(),
    thread: z.string(),
    reply_to: z.string().optional(),
    expires: count().optional(),
    hops: count(),
    task: z.string().optional(),
    via: z.string().optional(),
    attachments: z.array(z.string()).optional(),
    asks: z.string().optional(),
    addressed: z.array(z.string()).optional(),
    routes: z.array(z.string()).optional(),
    became: z.record(z.string(), z.string()).optional(),
    path: z.string(),
    body: z.string(),
  }),
);

/** Reader → until which turn the message is collected for it, or until how many are. */
export const collected = later(() =>
  z.record(z.string(), z.strictObject({ turn: count(), count: count().optional() })),
);

/** Identifies an attempt: the n-th call of the agent's visit in that turn, and the attempt at it (both from 1). */
export const callKey = () => ({ turn: count(), agent: z.string(), n: count(), attempt: count() });

/** The `act`-th act of a call; approved acts belong to call 0. */
export const actKey = () => ({ turn: count(), agent: z.string(), n: count(), act: count() });

/** Tokens of one call (`Usage` in `model/call.ts`). */
export const usage = later(() =>
  z.strictObject({
    input: z.number(),
    cachedInput: z.number(),
    cacheWrite: z.number(),
    output: z.number(),
    reasoning: z.number(),
    doubtful: z.literal(true).optional(),
  }),
);

/** A file as it is to be and as it was. null: nothing stands there. `base64`: both are that. */
export const replacing = () => ({
  text: z.string().nullable(),
  was: z.string().nullable(),
  base64: z.literal(true).optional(),
});

/** A file that people write, with single fields changed: its text before and after. */
export const patch = later(() => z.strictObject({ text: z.string(), was: z.string() }));

/** A file that comes with a message, or with the result of a task. */
export const attached = later(() =>
  z.strictObject({
    path: z.string(),
    /** Base64. */
    data: z.string(),
    /** The file of which it is a copy. Lines of rules 1 and 2 do not say. */
    from: z.string().optional(),
    /** Hash of the bytes, where an earlier line holds them: that of the file `same`. */
    hash: z.string().optional(),
    same: z.string().optional(),
  }),
);
