/** What the words for a kind of journal line consist of. */
import type { Line, Lines } from '../../../core/model/entry.ts';
import type { AuditPart } from '../audit.ts';
import type { LogEvent } from '../log-event.ts';
import type { TurnEvent } from '../turn-event.ts';

/** What a turn came to. */
export interface LogSums {
  visits: number;
  /** What people gave it: mail, edits, requests. */
  inputs: number;
  /** Micro-credits: of the visit, for the line of one; else of the turn. */
  cost: number;
}

/** The words for one kind of journal line; null where it has none. Pure. */
export interface LineView<K extends keyof Lines> {
  /** Its log events. `sums`: the counts of its turn so far. */
  log: ((line: Line<K>, turn: number, sums: LogSums) => LogEvent[]) | null;
  /** Its event in the turn; null for no event. */
  turn: ((line: Line<K>) => TurnEvent | null) | null;
  /** Its rows in the audit. `tool`: the tool that was used, for a line that ends a use. */
  audit: ((line: Line<K>, tool: string) => AuditPart[]) | null;
  /**
   * Whether it is the outcome of something that people asked for: the report of a turn shows such lines beside the visits.
   */
  report: boolean;
}

/** The words of a line that only the engine needs. */
export const SILENT = { log: null, turn: null, audit: null, report: false } satisfies LineView<keyof Lines>;

/** A row about something that was done. */
export function done(who: string, act: string, rule: string, on: string, detail = ''): AuditPart {
  return { who, act, outcome: 'done', rule, on, detail };
}
