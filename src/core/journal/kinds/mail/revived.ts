/** The `revived` line: a dead letter gets another chance, as the file of its message stands now. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { revive } from '../../dead-letters-reducer.ts';
import { bygone } from '../../file-op.ts';
import type { LineKind } from '../line-kind.ts';
import { count, message } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('revived'),
    turn: count(),
    id: z.string(),
    message: message(),
    to: z.array(z.string()),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    revived: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'revived'> = {
  phase: 'input',
  schema,
  apply: (state, line) => revive(state, line.id, line.message, line.to),
  files: ({ id, turn }) => [bygone(id, turn)],
  undo: null,
  texts: (line, visitor) => visitor.message(line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
