/** Feeds the logs: with each line of the journal as it is added, and at the end of a turn with what no line says. */
import type { Entry } from '../../core/model/entry.ts';
import type { Journal } from '../../disk/journal/journal.ts';
import { printFault } from '../../schema/fault.ts';
import { JournalLog } from '../../views/journal/journal-log.ts';
import type { LogEvent } from '../../views/journal/log-event.ts';
import type { TurnReport } from './report.ts';

/** A turn that was cut off: its opening, its inputs, and its calls. */
interface CutOffTurn {
  open: Entry;
  inputs: readonly Entry[];
  calls: readonly Entry[];
}

/**
 * Logs everything that is added to a journal from now on. Returns a function that logs a turn that was cut off: its inputs are
 * logged again, since that log may be lost; its calls are only counted.
 */
export function logJournal(
  journal: Journal,
  turn: number,
  log: (event: LogEvent) => void,
): (cutOff: CutOffTurn) => void {
  const lines = new JournalLog(turn);
  journal.on((entry) => {
    for (const event of lines.take(entry)) log(event);
  });
  return ({ open, inputs, calls }) => {
    for (const entry of [open, ...inputs]) for (const event of lines.take(entry)) log(event);
    for (const call of calls) lines.note(call);
  };
}

/** Additional events of a turn. `recovered`: repairs that the engine reports since the turn before. */
export function eventsOf(report: TurnReport, recovered: readonly string[] = []): LogEvent[] {
  const { turn } = report;
  return [
    ...recovered.map((text): LogEvent => ({ level: 'warn', module: 'engine', event: 'recovered', turn, text })),
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
  ];
}
