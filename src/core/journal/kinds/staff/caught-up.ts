/** The `caught-up` line: the folder of an agent was back, and the deferred files now stand in it. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() => z.strictObject({ k: z.literal('caught-up'), agent: z.string() }));

declare module '../../../model/entry.ts' {
  interface Marks {
    'caught-up': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'caught-up'> = {
  phase: 'mark',
  schema,
  apply: (state, { agent }) => {
    state.staff.deferred.delete(agent);
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
