/**
 * The `drop` line: incoming mail: a message of a person, found at `found` with this hash and completed to the canonical
 * message.
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { printMessage } from '../../../../schema/print.ts';
import { addDrop } from '../../../mail/reducer.ts';
import { notePlanWish } from '../../../plans/asked.ts';
import { bygone, type FileOp } from '../../file-op.ts';
import type { LineKind } from '../line-kind.ts';
import { collected, count, message } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('drop'),
    turn: count(),
    found: z.string(),
    hash: z.string(),
    message: message(),
    /** Its files, in the order of `attachments`: where each belongs, and where it was found when it moves there. */
    attached: z.array(z.strictObject({ path: z.string(), found: z.string().optional() })).optional(),
    /** The record of an earlier version that was set aside. */
    mends: z.string().optional(),
    /** An assistant wrote it in that person's seat. */
    through: z.literal('mcp').optional(),
    /** Readers for whom a route collects it. */
    digest: collected().optional(),
    /** What routes would have done and its author may not. */
    unrouted: z.array(z.string()).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    drop: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'drop'> = {
  phase: 'input',
  schema,
  apply: (state, line) => {
    addDrop(state, line);
    notePlanWish(state, line.message);
  },
  files: ({ found, hash, message, attached = [], mends, turn }) => [
    { op: 'adopt', found, hash, path: message.path, text: printMessage(message) },
    ...attached.flatMap(({ path, found }): FileOp[] =>
      found === undefined ? [] : [{ op: 'move', from: found, to: path }],
    ),
    ...(mends === undefined ? [] : [bygone(mends, turn)]),
  ],
  undo: { by: (line) => line.message.from, changes: ({ message: { id, to } }) => [{ on: id, message: true, to }] },
  texts: (line, visitor) => visitor.message(line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
