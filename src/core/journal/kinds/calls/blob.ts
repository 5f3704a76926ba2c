/** The `blob` line: a text or an image (in base64) that prompts refer to by its hash, or a text that a tool replaced. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { LineKind } from '../line-kind.ts';
import { json } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('blob'),
    hash: z.string(),
    text: z.string(),
    image: z.literal(true).optional(),
    /** The stable part of a prompt once more. Nobody reads it. */
    system: z.string().optional(),
    tools: z.array(json()).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Calls {
    blob: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'blob'> = {
  phase: 'call',
  schema,
  apply: (state, { hash }) => {
    if (!state.calls.blobs.has(hash)) state.calls.blobs.set(hash, 1);
  },
  files: null,
  undo: null,
  texts: (line, visitor) => visitor.blob(line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
