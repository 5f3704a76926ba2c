/** The events that a log holds. */

/** The severity of an event. */
export type Level = 'error' | 'warn' | 'info' | 'debug';

/** One line of a log. `agent` chooses the file; without one it belongs to the org. */
export interface LogEvent {
  level: Level;
  module: 'engine' | 'disk' | 'provider' | 'tool' | 'command';
  event: string;
  turn: number;
  agent?: string;
  message?: string;
  task?: string;
  [more: string]: string | number | boolean | string[] | undefined;
}
