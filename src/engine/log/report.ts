/** Reports what a turn did. */
import type { Unplaced } from '../../core/journal/unplaced.ts';
import type { Effect, Entry, VisitOutcome } from '../../core/model/entry.ts';
import { agentState } from '../../core/model/state/staff.ts';
import type { State } from '../../core/model/state.ts';
import type { Finished } from '../../core/model/visit.ts';
import type { Due } from '../../core/turn/schedule.ts';
import { refusedIn, stands } from '../../core/turn/settle.ts';
import type { Conflict } from '../../disk/fs/materialise.ts';
import { defined } from '../../schema/copy.ts';
import type { Fault } from '../../schema/fault.ts';
import { viewOf } from '../../views/journal/view-of.ts';

/** The report of a turn, for people and for `--json`. Amounts are micro-credits. */
export interface TurnReport {
  turn: number;
  visits: VisitReport[];
  spent: number;
  walked: Due[];
  conflicts: Conflict[];
  /** What the file system refused because of its name or place. */
  unplaced: Unplaced[];
  /** Faults found at the freeze: files that were set aside, broken configuration that was not adopted. */
  faults: Fault[];
  /** The number of inputs by people: mail, edits, requests. */
  inputs: number;
  /** The results of what people answered, ordered and undid. */
  done: Entry[];
}

/** The results of people's requests, apart from visits. */
export function doneIn(lines: readonly Entry[]): Entry[] {
  return lines.filter((line) => viewOf(line).report);
}

export interface VisitReport {
  turn: number;
  agent: string;
  outcome: VisitOutcome;
  /** What ran out in a visit that was cut: steps, tokens or credits. */
  reason?: string;
  /** The same in words. */
  detail?: string;
  blame?: string;
  /** The budget of its work that ended it. */
  budget?: string;
  sent: number;
  refused: number;
  held: number;
  cost: number;
  /** Mail whose last attempt this was, as ids of dead letters. */
  gave_up?: string[];
}

/** The visits of a committed turn. `before`: what each agent had spent until then, in micro-credits. */
export function visitReports(
  turn: number,
  visits: readonly Finished[],
  state: State,
  before: ReadonlyMap<string, number>,
  effects: readonly Effect[],
): VisitReport[] {
  const gaveUp = givenUp(effects);
  return visits.map(({ agent, outcome, reason, detail, blame, budget, draft }) => ({
    turn,
    agent,
    outcome,
    ...defined({ reason, detail, blame, budget }),
    sent: stands(outcome) ? draft.sent.length : 0,
    refused: refusedIn(draft),
    held: stands(outcome) ? draft.held.length : 0,
    cost: agentState(state.staff, agent).spent - (before.get(agent) ?? 0),
    ...(gaveUp.has(agent) && { gave_up: gaveUp.get(agent) as string[] }),
  }));
}

/** Agent → the dead letters that it caused in this turn. */
function givenUp(effects: readonly Effect[]): Map<string, string[]> {
  const made = new Map<string, string[]>();
  for (const effect of effects) {
    if (effect.k !== 'dead' || effect.record.reason !== 'attempts') continue;
    for (const agent of effect.record.to) made.set(agent, [...(made.get(agent) ?? []), effect.record.id]);
  }
  return made;
}
