/** Shows what happened in a turn. */
import { bookedIn, type Entry } from '../../core/model/entry.ts';
import { inCredits } from '../../schema/amount.ts';
import type { TurnEvent } from './turn-event.ts';
import { viewOf } from './view-of.ts';

/** What happened in one turn, from its lines. Credits. */
export interface ShownTurn {
  turn: number;
  /** UTC, ISO 8601; null when the turn was not opened. */
  time: string | null;
  committed: boolean;
  spent: number;
  /** What people asked and changed, and everything that happened, one event each, in order. */
  events: TurnEvent[];
}

/** The lines of a turn for people. Pure. */
export function turnOf(turn: number, lines: Iterable<Entry>): ShownTurn {
  const shown: ShownTurn = { turn, time: null, committed: false, spent: 0, events: [] };
  let micro = 0;
  for (const line of lines) {
    if (line.k === 'open') shown.time = new Date(line.time).toISOString();
    if (line.k === 'commit') shown.committed = true;
    micro += bookedIn(line)?.cost ?? 0;
    const event = eventOf(line);
    if (event) shown.events.push(event);
  }
  shown.spent = inCredits(micro);
  return shown;
}

/** One line of the journal as an event; null for what only the engine needs. */
export function eventOf(line: Entry): TurnEvent | null {
  return viewOf(line).turn?.(line) ?? null;
}

/** A turn as text. */
export function printTurn({ turn, time, committed, spent, events }: ShownTurn): string {
  const head = `Turn ${turn}${time ? `, ${time}` : ''}: ${committed ? `${spent} credits` : 'not committed'}`;
  return [head, ...events.map(printEvent)].join('\n');
}

/** An event as a line. */
export function printEvent({ what, id, text }: TurnEvent): string {
  return `  ${what.padEnd(12)} ${what === 'message' && id ? `${id}  ` : ''}${text}`;
}
