import type { LineView } from '../line-view.ts';
import { messageEvent, messageLog, messageRows } from './message.ts';

/** A message of a person. */
export const kind: LineView<'drop'> = {
  log: ({ message }, turn) => messageLog(message, turn),
  turn: ({ message }) => messageEvent(message),
  audit: ({ message }) => messageRows(message),
  report: false,
};
