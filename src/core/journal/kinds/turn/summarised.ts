/** The `summarised` line: agents were asked in this turn to sum up what they remember. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() => z.strictObject({ k: z.literal('summarised') }));

declare module '../../../model/entry.ts' {
  interface Effects {
    summarised: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'summarised'> = {
  phase: 'effect',
  schema,
  apply: (state) => {
    state.clock.summaryTurn = state.clock.turn + 1;
    state.clock.summarySpent = state.clock.spent;
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
