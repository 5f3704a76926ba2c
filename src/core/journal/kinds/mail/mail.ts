/** The `mail` line: a person edited an undelivered message. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { editMail } from '../../../mail/reducer.ts';
import type { LineKind } from '../line-kind.ts';
import { priority } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('mail'),
    id: z.string(),
    subject: z.string(),
    body: z.string(),
    priority: priority(),
    /** The whole file, until it is redacted. */
    text: z.string().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    mail: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'mail'> = {
  phase: 'input',
  schema,
  apply: editMail,
  files: null,
  undo: null,
  texts: (line, visitor) => visitor.edit(line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
