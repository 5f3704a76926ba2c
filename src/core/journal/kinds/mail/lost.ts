/** The `lost` line: a dead letter cannot get another chance, because the file of its message is gone or unreadable. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() => z.strictObject({ k: z.literal('lost'), id: z.string(), path: z.string() }));

declare module '../../../model/entry.ts' {
  interface Inputs {
    lost: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'lost'> = {
  phase: 'input',
  schema,
  apply: (state, { id }) => {
    state.dead.revive.delete(id);
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
