/** Turns journal lines into log events. */
import type { Entry } from '../../core/model/entry.ts';
import { inCredits } from '../../schema/amount.ts';
import { printFault } from '../../schema/fault.ts';
import type { LogEvent } from '../../views/journal/log-event.ts';
import { viewOf } from '../../views/journal/view-of.ts';
import type { TurnReport } from './report.ts';

/**
 * What the logs tell of a turn. `lines`: what its freeze and its settlement wrote to the journal. `recovered`: what the
 * engine says it mended since the turn before.
 */
export function eventsOf(report: TurnReport, lines: readonly Entry[], recovered: readonly string[] = []): LogEvent[] {
  const { turn } = report;
  const costs = new Map(report.visits.map(({ agent, cost }) => [agent, cost]));
  return [
    ...recovered.map((text): LogEvent => ({ level: 'warn', module: 'engine', event: 'recovered', turn, text })),
    ...lines.flatMap((line) => lineEvents(line, turn, line.k === 'visit' ? costs.get(line.agent) : 0)),
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

/** What the logs tell of one line of the journal; calls, mail and files only for those who debug. `cost`: of a visit, in micro-credits. */
export function lineEvents(line: Entry, turn: number, cost = 0): LogEvent[] {
  return viewOf(line).log?.(line, turn, cost) ?? [];
}
