/** What can happen in a turn: the one list from which the views, the output of commands and the library derive. */

/** The kinds of events. A new kind of event is added here and nowhere else. */
export const TURN_EVENTS = [
  'acknowledged',
  'dead letter',
  'decided',
  'edit',
  'escalated',
  'file',
  'held',
  'hired',
  'lapsed',
  'message',
  'recovered',
  'refused',
  'request',
  'retired',
  'revived',
  'set aside',
  'task',
  'undone',
  'unpaid',
  'visit',
  'withdrawn',
  'run',
] as const;

/** An event. `agent`: whom it concerns. `id`: a message, approval or dead letter. */
export interface TurnEvent {
  what: (typeof TURN_EVENTS)[number];
  agent: string | null;
  id: string | null;
  text: string;
}
