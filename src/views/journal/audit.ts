import { Deeds } from '../../core/journal/effect-id.ts';
import type { Entry, VisitEffect } from '../../core/model/entry.ts';
import { countCredits } from '../../core/money/ledger.ts';
import type { Request } from '../../schema/records/request.ts';
import { shorten, table } from '../text/table.ts';
import { askedOf, requestDetails } from './turn.ts';

/** Who did what, under which rule, and what became of it. Made from the journal alone. */
export interface AuditRow {
  turn: number;
  /** UTC, ISO 8601: when the turn was frozen, or when a person asked. */
  time: string | null;
  /** An agent or a person; `file` for what somebody changed by hand; `engine` for what a timer did. */
  who: string;
  /** `mcp`: an assistant did it in the seat of that person (`lemming mcp`). */
  through: 'mcp' | null;
  /** A tool, what a person asked for, or what happened to a file. */
  act: string;
  /** `asked`: whether it could be done, a later row tells. */
  outcome: 'done' | 'asked' | 'failed' | 'refused' | 'held' | 'approved' | 'denied';
  /** The rule of the gate that decided, or why nobody had to. */
  rule: string;
  /** What it was done to: a message, a path, an approval, a recipient. */
  on: string;
  detail: string;
  /** By which `lemming undo` knows what was done; null where there is nothing to undo. */
  id: string | null;
}

/** Which rows are wanted; what is left out does not matter. */
export interface AuditWish {
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
export function* auditOf(groups: Iterable<TurnLines>, wish: AuditWish = {}): Generator<AuditRow> {
  let opened: { file: number; time: number } | null = null;
  const tools = new Map<string, string>();
  const deeds = new Deeds();
  for (const { file, entries } of groups)
    for (const line of entries) {
      if (line.k === 'open') opened = { file, time: line.time };
      if (line.k === 'use') tools.set(printUse(line), line.tool);
      const time = line.k === 'request' ? line.time : opened?.file === file ? opened.time : null;
      const id = deeds.idOf(line, file);
      for (const row of rowsOf(line, tools)) {
        const when = time === null ? null : new Date(time).toISOString();
        const whole = { turn: file, time: when, through: throughOf(line), ...row, id };
        if (isWanted(whole, wish)) yield whole;
      }
      if (line.k === 'commit') tools.clear();
    }
}

type Row = Omit<AuditRow, 'turn' | 'time' | 'through' | 'id'>;

function throughOf(line: Entry): AuditRow['through'] {
  if (line.k === 'request') return line.request.through ?? null;
  return (line.k === 'drop' && line.through) || null;
}

function printUse({ agent, n, act }: { agent: string; n: number; act: number }): string {
  return `${agent}.${n}.${act}`;
}

function isWanted(row: AuditRow, { who, act, rule, outcome, since }: AuditWish): boolean {
  return (
    (who === undefined || row.who === who) &&
    (act === undefined || row.act === act) &&
    (rule === undefined || row.rule === rule || row.rule.startsWith(`${rule} `)) &&
    (outcome === undefined || row.outcome === outcome) &&
    (since === undefined || row.turn >= since)
  );
}

function rowsOf(line: Entry, tools: ReadonlyMap<string, string>): Row[] {
  switch (line.k) {
    case 'request':
      return [ofRequest(line.request)];
    case 'file':
      return [done('file', line.text === null ? 'delete' : 'edit', 'by hand', line.path)];
    case 'mail':
    case 'mail-gone':
      return [done('file', line.k === 'mail' ? 'edit' : 'delete', 'by hand', line.id)];
    case 'drop':
    case 'sent': {
      const { id, from, to, subject } = line.message;
      return [done(from, 'send_message', 'edge', id, `to ${shorten(to.join(', '), 60)}: ${shorten(subject, 80)}`)];
    }
    case 'wrote':
      return [done(line.agent, line.text === null ? 'remove' : 'write', ruleOf(line.path), line.path)];
    case 'hired':
      return [done(line.by, 'hire', line.from === null ? 'person' : 'subset', line.agent, printGiven(line))];
    case 'retired':
      return [done(line.by, 'retire', line.to === null ? 'person' : 'own staff', line.agent, printGiven(line))];
    case 'withdrawn':
      return [done(line.by, 'withdraw', 'person', line.id, `from ${shorten(line.to.join(', '), 60)}`)];
    case 'undone':
      return [done(line.by, 'undo', 'person', line.on, line.id)];
    case 'acked':
      return [done(line.agent, 'acknowledge', 'given', line.id, line.reaction)];
    case 'use':
      return line.cost === undefined
        ? []
        : [done(line.agent, 'pay', 'price', line.tool, printGiven({ credits: line.cost }))];
    case 'used':
      return [used(line, tools.get(printUse(line)) ?? 'unknown')];
    case 'visit':
      return refusalsOf(line);
    case 'held':
      return [
        {
          who: line.agent,
          act: line.tool,
          outcome: 'held',
          rule: line.rule,
          on: line.id,
          detail: `waits for ${line.contacts.join(', ')}`,
        },
      ];
    case 'decided':
      return [
        { who: line.by, act: 'decide', outcome: line.decision, rule: 'approval', on: line.id, detail: line.outcome },
      ];
    case 'unpaid':
      return [
        {
          ...done('engine', 'decide', 'credits', line.id, `waits for ${printGiven({ credits: line.cost })}`),
          outcome: 'held',
        },
      ];
    case 'answer':
      return [done(line.by, line.decision, 'person', line.id, line.note)];
    case 'escalated':
      return [done('engine', 'escalate', 'approvals.timeout', line.held.id, `to ${line.to}`)];
    case 'lapsed':
      return [done('engine', 'lapse', 'approvals.timeout', line.id, `${line.decision}: ${line.note}`)];
    default:
      return [];
  }
}

/** Why an effect may write there. */
function ruleOf(path: string): string {
  if (path.includes('/skills/')) return 'approval';
  if (path.includes('/workspace/')) return 'person';
  return path.startsWith('agents/') ? 'own memory' : 'granted path';
}

function done(who: string, act: string, rule: string, on: string, detail = ''): Row {
  return { who, act, outcome: 'done', rule, on, detail };
}

function printGiven({ credits }: { credits: number }): string {
  return `${countCredits(credits)}`;
}

/** A tool that worked on the world. An act that a person approved is done in call 0 of its turn. */
function used({ agent, n, ok, text, rule, files, shared }: Extract<Entry, { k: 'used' }>, act: string): Row {
  const paths = [...files.map(({ path }) => path), ...(shared ? [shared.path] : [])];
  return {
    who: agent,
    act,
    outcome: ok ? 'done' : rule === undefined ? 'failed' : 'refused',
    rule: rule ?? (n === 0 ? 'approval' : 'resume'),
    on: paths.join(', ') || '-',
    detail: shorten(text, 100),
  };
}

function refusalsOf({ agent, refusals = [] }: VisitEffect): Row[] {
  return refusals.map(({ tool, rule, text }) => ({
    who: agent,
    act: tool,
    outcome: 'refused',
    rule,
    on: '-',
    detail: text,
  }));
}

/** What the turn does later, if it can. */
const LATER: ReadonlySet<Request['ask']> = new Set(['hire', 'retire', 'undo']);

function ofRequest(request: Request): Row {
  const { ask, by } = request;
  const row = done(
    by,
    ask,
    'person',
    askedOf(request)?.replaceAll(',', ', ') ?? '-',
    requestDetails(request).join(', '),
  );
  return LATER.has(ask) ? { ...row, outcome: 'asked' } : row;
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
