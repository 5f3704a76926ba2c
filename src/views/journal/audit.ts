/** The audit: who did what, under which rule, and what became of it. */
import { EffectIds } from '../../core/journal/effect-id.ts';
import type { Entry } from '../../core/model/entry.ts';
import { shorten, table } from '../text/table.ts';
import { viewOf } from './view-of.ts';

/** A row of the audit. */
export interface AuditRow {
  turn: number;
  /** UTC, ISO 8601: when the turn was frozen, or when a person asked. */
  time: string | null;
  /** An agent or a person; `file` for a change by hand; `engine` for the effect of a timer. */
  who: string;
  /** `mcp`: an assistant acted in the seat of that person (`lemming mcp`). */
  through: 'mcp' | null;
  /** A tool, what a person asked for, or what happened to a file. */
  act: string;
  /** `asked`: a later row tells whether it was done. */
  outcome: 'done' | 'asked' | 'failed' | 'refused' | 'held' | 'approved' | 'denied';
  /** The rule that decided, or why none had to. */
  rule: string;
  /** Its object: a message, a path, an approval, a recipient. */
  on: string;
  detail: string;
  /** Its id for `lemming undo`; null where there is nothing to undo. */
  id: string | null;
}

/** Which rows are wanted; an absent option excludes nothing. */
export interface AuditOptions {
  who?: string;
  act?: string;
  rule?: string;
  outcome?: string;
  /** First turn. */
  since?: number;
}

/** Lines of the journal of one turn. */
export interface TurnLines {
  /** The turn. */
  file: number;
  entries: readonly Entry[];
}

/** The rows of the journal, in its order. Pure. */
export function* auditOf(groups: Iterable<TurnLines>, options: AuditOptions = {}): Generator<AuditRow> {
  let opened: { file: number; time: number } | null = null;
  const tools = new Map<string, string>();
  const effectIds = new EffectIds();
  for (const { file, entries } of groups)
    for (const line of entries) {
      if (line.k === 'open') opened = { file, time: line.time };
      if (line.k === 'use') tools.set(printUse(line), line.tool);
      const time = line.k === 'request' ? line.time : opened?.file === file ? opened.time : null;
      const id = effectIds.idOf(line, file);
      const tool = line.k === 'used' ? (tools.get(printUse(line)) ?? 'unknown') : '';
      for (const row of viewOf(line).audit?.(line, tool) ?? []) {
        const when = time === null ? null : new Date(time).toISOString();
        const whole = { turn: file, time: when, through: throughOf(line), ...row, id };
        if (isWanted(whole, options)) yield whole;
      }
      if (line.k === 'commit') tools.clear();
    }
}

/** The part of a row that a line gives. */
export type AuditPart = Omit<AuditRow, 'turn' | 'time' | 'through' | 'id'>;

function throughOf(line: Entry): AuditRow['through'] {
  if (line.k === 'request') return line.request.through ?? null;
  return (line.k === 'drop' && line.through) || null;
}

function printUse({ agent, n, act }: { agent: string; n: number; act: number }): string {
  return `${agent}.${n}.${act}`;
}

function isWanted(row: AuditRow, { who, act, rule, outcome, since }: AuditOptions): boolean {
  return (
    (who === undefined || row.who === who) &&
    (act === undefined || row.act === act) &&
    (rule === undefined || row.rule === rule || row.rule.startsWith(`${rule} `)) &&
    (outcome === undefined || row.outcome === outcome) &&
    (since === undefined || row.turn >= since)
  );
}

/** The rows as a table. */
export function printAudit(rows: readonly AuditRow[]): string {
  const heading = ['effect', 'turn', 'who', 'act', 'outcome', 'rule', 'on', ''];
  const lines = rows.map(({ id, turn, who, through, act, outcome, rule, on, detail }) => [
    id ?? '',
    String(turn),
    through === null ? who : `${who} (${through})`,
    act,
    outcome,
    rule,
    shorten(on, 60),
    shorten(detail, 80),
  ]);
  return table([heading, ...lines]);
}
