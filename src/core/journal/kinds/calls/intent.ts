/** The `intent` line: an attempt at a call is about to be made. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { applyCall } from '../../../money/money.ts';
import type { LineKind } from '../line-kind.ts';
import { callKey, count } from '../schemas.ts';

/** A piece of text: literal; the body of a message, cut to so many characters; or a blob. */
const piece = later(() =>
  z.union([
    z.string(),
    z.strictObject({ mail: z.string(), cut: count().optional() }),
    z.strictObject({ blob: z.string() }),
  ]),
);

/** An image of the mail; its base64 text is a blob of that hash. */
const imageRef = later(() =>
  z.strictObject({
    path: z.string(),
    name: z.string(),
    type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
    hash: z.string(),
  }),
);

const result = later(() => z.strictObject({ id: z.string(), tool: z.string(), text: z.string(), ok: z.boolean() }));

/** How the exact prompt of a call is kept: by reference to what the journal holds already. */
const prompt = later(() =>
  z.union([
    z.strictObject({
      system: z.string(),
      pieces: z.array(piece()),
      max: z.number(),
      images: z.array(imageRef()).optional(),
    }),
    /** The prompt of the call before, its reply, and these results. `compacted`: so many long results were cut to make room. */
    z.strictObject({ after: count(), results: z.array(result()), compacted: count().optional() }),
  ]),
);

const schema = later(() =>
  z.strictObject({
    k: z.literal('intent'),
    ...callKey(),
    /** The unit that the spending is booked on. */
    unit: z.string().nullable(),
    model: z.string(),
    provider: z.string(),
    /** sha256 of the request. */
    hash: z.string(),
    reserve: z.number(),
    /** Why this model is asked instead of the first of the resume. */
    via: z.string().optional(),
    /** false: asking again may be billed again, so an intent without a reply is in doubt. */
    repeatable: z.boolean(),
    /** A reply of an earlier turn was given again; nobody was asked. */
    cached: z.literal(true).optional(),
    prompt: prompt(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Calls {
    intent: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'intent'> = {
  phase: 'call',
  schema,
  apply: applyCall,
  files: null,
  undo: null,
  texts: ({ prompt }, visitor) => visitor.prompt(prompt),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
