/** What the words for a kind of journal line consist of. */
import type { Line, Lines } from '../../../core/model/entry.ts';
import type { AuditPart } from '../audit.ts';
import type { LogEvent } from '../log-event.ts';
import type { TurnEvent } from '../turn.ts';

/** The words for one kind of journal line; null: it has none there. Pure. */
export interface LineView<K extends keyof Lines> {
  /** What the logs tell of it. `cost`: micro-credits that the visit cost, for a line that ends one. */
  log: ((line: Line<K>, turn: number, cost: number) => LogEvent[]) | null;
  /** How it is told as an event of its turn; null: this one is not. */
  turn: ((line: Line<K>) => TurnEvent | null) | null;
  /** Its rows in the audit. `tool`: what was used, for a line that ends a use. */
  audit: ((line: Line<K>, tool: string) => AuditPart[]) | null;
  /** Whether it is what came of something that people asked for: the report of a turn has such lines beside the visits. */
  report: boolean;
}

/** Of a line that only the engine needs. */
export const SILENT = { log: null, turn: null, audit: null, report: false } satisfies LineView<keyof Lines>;

/** Something that was done. */
export function done(who: string, act: string, rule: string, on: string, detail = ''): AuditPart {
  return { who, act, outcome: 'done', rule, on, detail };
}
