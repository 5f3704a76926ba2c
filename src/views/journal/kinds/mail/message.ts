/** The words for a message, whoever wrote it. */
import type { Message } from '../../../../schema/records/message.ts';
import { shorten } from '../../../text/table.ts';
import type { AuditPart } from '../../audit.ts';
import type { LogEvent } from '../../log-event.ts';
import type { TurnEvent } from '../../turn-event.ts';
import { done } from '../line-view.ts';

/** Words for a message on its way, whoever wrote it. */

export function messageLog({ id, from, to, subject, task, routes }: Message, turn: number): LogEvent[] {
  return [
    { level: 'debug', module: 'engine', event: 'sent', turn, agent: from, message: id, task, to, subject, routes },
  ];
}

export function messageEvent({ id, from, subject, ...message }: Message): TurnEvent {
  const text = `${from} to ${whereTo(message)}: ${shorten(subject, 80)}`;
  return { what: 'message', agent: from, id, text };
}

export function messageRows({ id, from, subject, ...message }: Message): AuditPart[] {
  return [done(from, 'send_message', 'edge', id, `to ${whereTo(message)}: ${shorten(subject, 80)}`)];
}

/** Its readers, and by which routes they were chosen. */
function whereTo({ to, became = {}, routes = [] }: Pick<Message, 'to' | 'became' | 'routes'>): string {
  const readers = shorten([...to, ...Object.entries(became).map(([name, id]) => `${name} (${id})`)].join(', '), 60);
  return routes.length === 0 ? readers : `${readers} by ${shorten(routes.join(', '), 60)}`;
}
