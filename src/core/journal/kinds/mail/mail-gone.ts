/** The `mail-gone` line: a person deleted an undelivered message. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { withdraw } from '../../../mail/reducer.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() => z.strictObject({ k: z.literal('mail-gone'), id: z.string() }));

declare module '../../../model/entry.ts' {
  interface Inputs {
    'mail-gone': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'mail-gone'> = {
  phase: 'input',
  schema,
  apply: (state, { id }) => withdraw(state, id),
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
