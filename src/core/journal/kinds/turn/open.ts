/** The `open` line: a turn begins, with everything that is the same for all agents in it. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { State } from '../../../model/state.ts';
import { utcDay } from '../../../money/money.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('open'),
    turn: count(),
    /** Frozen wall time of the turn. */
    time: z.number(),
    boot: z.string(),
    /** Number of the lock that was held: the fencing token. */
    lock: count(),
    version: z.string(),
    /** The rules that the turn is made under (`rules.ts`); absent: 1. */
    rules: count().optional(),
    /** Turns that went by before it and were not made, because nobody was due and nothing was asked. */
    passed: count().optional(),
    /** Made only to record its number, at the end of a run or after hours of rest: nobody is due. */
    rest: z.literal(true).optional(),
    /** The LEMMING_* variables that were in force. */
    env: z.record(z.string(), z.string()).optional(),
    /** Made by `step`: goes on although the organisation is paused. */
    step: z.literal(true).optional(),
    /** Files in `agents/` whose names block the hire of an agent with that name. */
    barred: z.array(z.string()).optional(),
    /** The only agent that is due (`step --agent`). */
    only: z.string().optional(),
    /** What the turn may cost at most (`run --max-cost`). */
    budget: z.number().optional(),
    /** The first turn of a run: whoever backs off from a provider is tried once. */
    retry: z.literal(true).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    open: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'open'> = {
  phase: 'input',
  schema,
  apply: (state, { turn, time }) => {
    state.clock.turn = turn - 1; // those that passed are over, too
    state.clock.time = time;
    state.clock.spent = state.money.org.spent;
    beginDay(state, utcDay(time));
    state.calls.open.clear();
    state.calls.tries.clear();
    state.money.paid = [];
    state.money.visits.clear();
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};

function beginDay(state: State, day: string): void {
  if (day !== state.clock.day) state.skills.loads.clear();
  state.clock.day = day;
}
