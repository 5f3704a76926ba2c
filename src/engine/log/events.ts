import { printKey } from '../../core/model/call.ts';
import type { Entry, VisitEffect } from '../../core/model/entry.ts';
import { inCredits } from '../../schema/amount.ts';
import { printFault } from '../../schema/fault.ts';
import type { LogEvent } from '../ports.ts';
import type { TurnReport, VisitReport } from './report.ts';

/**
 * What the logs tell of a turn. `lines`: what its freeze and its settlement wrote to the journal. `recovered`: what the
 * engine says it mended since the turn before.
 */
export function eventsOf(report: TurnReport, lines: readonly Entry[], recovered: readonly string[] = []): LogEvent[] {
  const { turn } = report;
  const visits = new Map(report.visits.map((visit) => [visit.agent, visit]));
  return [
    ...recovered.map((text): LogEvent => ({ level: 'warn', module: 'engine', event: 'recovered', turn, text })),
    ...lines.flatMap((line) =>
      line.k === 'visit' ? visitEvents(line, visits.get(line.agent), turn) : lineEvents(line, turn),
    ),
    ...report.walked.flatMap((due): LogEvent[] =>
      due.due ? [] : [{ level: 'debug', module: 'engine', event: 'not-due', turn, agent: due.agent, why: due.why }],
    ),
    ...report.conflicts.map(
      ({ path, ours }): LogEvent => ({ level: 'warn', module: 'disk', event: 'conflict', turn, path, ours }),
    ),
    ...report.faults.map(
      (fault): LogEvent => ({
        level: 'error',
        module: 'disk',
        event: 'fault',
        turn,
        code: fault.code,
        text: printFault(fault),
      }),
    ),
    {
      level: 'info',
      module: 'engine',
      event: 'turn',
      turn,
      visits: report.visits.length,
      inputs: report.inputs,
      cost: inCredits(report.spent),
    },
  ];
}

/** A visit in the log of its agent: how it ended, what was refused, and the notes. */
export function visitEvents(visit: VisitEffect, report: VisitReport | undefined, turn: number): LogEvent[] {
  const { agent, outcome, reason, detail, blame, mail, sent, refused, held, refusals = [], notes } = visit;
  const level = outcome === 'ok' ? 'info' : outcome === 'failed' ? 'error' : 'warn';
  const module = blame === 'provider' ? 'provider' : 'engine';
  return [
    {
      level,
      module,
      event: 'visit',
      turn,
      agent,
      outcome,
      reason,
      detail,
      blame,
      mail,
      sent,
      refused,
      held,
      cost: inCredits(report?.cost ?? 0),
    },
    ...refusals.map(
      ({ tool, rule, text }): LogEvent => ({
        level: 'warn',
        module: 'tool',
        event: 'refused',
        turn,
        agent,
        tool,
        rule,
        text,
      }),
    ),
    ...notes.map((text): LogEvent => ({ level: 'info', module: 'engine', event: 'note', turn, agent, text })),
  ];
}

/** What the logs tell of one line of the journal, visits apart; calls, mail and files only for those who debug. */
export function lineEvents(line: Entry, turn: number): LogEvent[] {
  switch (line.k) {
    case 'drop':
    case 'sent': {
      const { id, from, to, subject, task } = line.message;
      return [{ level: 'debug', module: 'engine', event: 'sent', turn, agent: from, message: id, task, to, subject }];
    }
    case 'dead': {
      const { id, message, from, to, reason, path } = line.record;
      return [
        {
          level: 'warn',
          module: 'engine',
          event: 'dead-letter',
          turn,
          agent: from,
          message: message ?? undefined,
          id,
          to,
          reason,
          path,
          text: line.detail,
        },
      ];
    }
    case 'aside':
    case 'unplaced':
      return [
        {
          level: 'warn',
          module: 'disk',
          event: 'set-aside',
          turn,
          id: line.id,
          path: line.path,
          reason: line.k === 'aside' ? line.reason : line.k,
          text: line.detail,
        },
      ];
    case 'held':
      return [
        {
          level: 'info',
          module: 'tool',
          event: 'held',
          turn,
          agent: line.agent,
          id: line.id,
          tool: line.tool,
          rule: line.rule,
        },
      ];
    case 'answer':
      return [
        { level: 'info', module: 'command', event: 'request', turn, ask: line.decision, by: line.by, id: line.id },
      ];
    case 'escalated':
      return [{ level: 'warn', module: 'tool', event: 'escalated', turn, id: line.held.id, to: line.to }];
    case 'lapsed':
      return [{ level: 'warn', module: 'tool', event: 'lapsed', turn, id: line.id, decision: line.decision }];
    case 'decided':
      return [
        {
          level: 'info',
          module: 'tool',
          event: 'decided',
          turn,
          id: line.id,
          decision: line.decision,
          by: line.by,
          text: line.outcome,
        },
      ];
    case 'unpaid':
      return [{ level: 'warn', module: 'tool', event: 'unpaid', turn, id: line.id, cost: inCredits(line.cost) }];
    case 'request':
      return [{ level: 'info', module: 'command', event: 'request', turn, ask: line.request.ask, by: line.request.by }];
    case 'file':
      return [{ level: 'info', module: 'disk', event: 'changed', turn, path: line.path, gone: line.text === null }];
    case 'wrote':
      return [{ level: 'debug', module: 'tool', event: 'wrote', turn, agent: line.agent, path: line.path }];
    case 'hired':
    case 'retired': {
      const { k, agent, by, credits } = line;
      return [{ level: 'info', module: 'engine', event: k, turn, by, who: agent, credits: inCredits(credits) }];
    }
    case 'acked':
      return [
        {
          level: 'debug',
          module: 'engine',
          event: 'acknowledged',
          turn,
          agent: line.agent,
          message: line.id,
          reaction: line.reaction,
        },
      ];
    case 'undone':
      return [{ level: 'info', module: 'command', event: 'undone', turn, id: line.id, by: line.by, on: line.on }];
    case 'warned':
      return [{ level: 'warn', module: 'engine', event: 'soft-cap', turn, scope: line.scope }];
    case 'recovered':
      return [{ level: 'warn', module: 'provider', event: 'recovered', turn, again: line.again, doubt: line.doubt }];
    default:
      return callEvents(line, turn);
  }
}

/** Attempts at providers, and tools that worked on the world. */
function callEvents(line: Entry, turn: number): LogEvent[] {
  if (line.k === 'failed') {
    const { agent, failure, message: text, ms } = line;
    return [
      {
        level: 'warn',
        module: 'provider',
        event: 'call-failed',
        turn,
        agent,
        call: printKey(line),
        failure,
        ms,
        cost: inCredits(line.cost),
        text,
      },
    ];
  }
  if (line.k === 'reply') {
    const { agent, ms, reply } = line;
    return [
      {
        level: line.flag ? 'warn' : 'debug',
        module: 'provider',
        event: 'call',
        turn,
        agent,
        call: printKey(line),
        model: reply.model,
        request_id: reply.requestId ?? undefined,
        ms,
        cost: inCredits(line.cost),
        ...(line.flag && { text: `${line.flag}: the cost is estimated` }),
      },
    ];
  }
  if (line.k !== 'used') return [];
  return [
    {
      level: line.ok ? 'debug' : 'warn',
      module: 'tool',
      event: 'used',
      turn,
      agent: line.agent,
      ok: line.ok,
      files: line.files.map((file) => file.path),
      ...(line.ok ? {} : { text: line.text.slice(0, 500) }),
    },
  ];
}
