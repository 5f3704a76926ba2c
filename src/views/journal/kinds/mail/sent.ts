/** The words for the `sent` line: an agent sent a message. */
import type { LineView } from '../line-view.ts';
import { messageEvent, messageLog, messageRows } from './message.ts';

export const kind: LineView<'sent'> = {
  log: ({ message }, turn) => messageLog(message, turn),
  turn: ({ message }) => messageEvent(message),
  audit: ({ message }) => messageRows(message),
  report: false,
};
