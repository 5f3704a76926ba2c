/** The words for the `drop` line: a message of a person was taken in. */
import type { LineView } from '../line-view.ts';
import { messageEvent, messageLog, messageRows } from './message.ts';

export const kind: LineView<'drop'> = {
  log: ({ message }, turn) => messageLog(message, turn),
  turn: ({ message }) => messageEvent(message),
  audit: ({ message }) => messageRows(message),
  report: false,
};
