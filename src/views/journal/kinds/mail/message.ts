/** The words for a message, whoever wrote it. */
import type { Message } from '../../../../schema/records/message.ts';
import { shorten } from '../../../text/table.ts';
import type { AuditPart } from '../../audit.ts';
import type { LogEvent } from '../../log-event.ts';
import type { TurnEvent } from '../../turn-event.ts';
import { done } from '../line-view.ts';

/** Words for a message on its way, whoever wrote it. */

export function messageLog({ id, from, to, subject, task }: Message, turn: number): LogEvent[] {
  return [{ level: 'debug', module: 'engine', event: 'sent', turn, agent: from, message: id, task, to, subject }];
}

export function messageEvent({ id, from, to, subject }: Message): TurnEvent {
  const text = `${from} to ${shorten(to.join(', '), 60)}: ${shorten(subject, 80)}`;
  return { what: 'message', agent: from, id, text };
}

export function messageRows({ id, from, to, subject }: Message): AuditPart[] {
  return [done(from, 'send_message', 'edge', id, `to ${shorten(to.join(', '), 60)}: ${shorten(subject, 80)}`)];
}
