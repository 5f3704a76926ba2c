/** The `sent` line: a message of an agent was sent. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { printMessage } from '../../../../schema/print.ts';
import { noteAttached, noteContents, placedFile } from '../../../mail/attachments.ts';
import { addSent } from '../../../mail/reducer.ts';
import type { FileOp } from '../../file-op.ts';
import type { LineKind } from '../line-kind.ts';
import { attached, collected, message } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('sent'),
    message: message(),
    files: z.array(attached()).optional(),
    /** A file holds words of strangers, whoever sends it on. */
    tainted: z.literal(true).optional(),
    /**
     * What made it: the call of the author's visit and the act in it, `2.1`; the call alone for plain text; or the held act
     * that was approved.
     */
    made: z.string().optional(),
    /** Readers for whom a route collects it. */
    digest: collected().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    sent: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'sent'> = {
  phase: 'effect',
  schema,
  apply: (state, { message, files = [], ...more }) => {
    addSent(state, message, more);
    noteAttached(state, message, files.map(placedFile), more.tainted === true);
    noteContents(state, files);
  },
  files: ({ message, files = [] }) => [
    { op: 'create', path: message.path, text: printMessage(message) },
    ...files.map(({ path, data }): FileOp => ({ op: 'attach', path, data })),
  ],
  undo: { by: (line) => line.message.from, changes: ({ message: { id, to } }) => [{ on: id, message: true, to }] },
  texts: (line, visitor) => visitor.message(line),
  bytes: ({ files = [] }, change) => {
    for (const file of files) if (file.same === undefined) file.data = change(file.data);
  },
  changesConfig: null,
  tellsOfFiles: false,
};
