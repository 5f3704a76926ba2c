/** The `commit` line: the commit point of the turn. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { forgetNotices } from '../../../mail/notices.ts';
import { forgetThreads } from '../../../mail/reducer.ts';
import { settleRefusals } from '../../../mail/refusals.ts';
import { settleBreakers } from '../../../money/breaker.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() => z.strictObject({ k: z.literal('commit'), turn: count(), lock: count() }));

declare module '../../../model/entry.ts' {
  interface Marks {
    commit: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'commit'> = {
  phase: 'mark',
  schema,
  apply: (state, { turn }) => {
    state.clock.turn = turn;
    state.staff.orders = [];
    state.calls.open.clear();
    state.money.paid = [];
    state.money.billed = [];
    state.money.visits.clear();
    state.undo.undoing = [];
    settleRefusals(state);
    settleBreakers(state);
    forgetNotices(state);
    forgetThreads(state);
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
