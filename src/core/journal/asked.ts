/** Makes the journal line of what a person asked for. */
import { defined } from '../../schema/copy.ts';
import { parseMessageId } from '../../schema/name.ts';
import type { Request } from '../../schema/records/request.ts';
import type { InputEntry } from '../model/entry.ts';

/** What a person asked, as a line of the journal; `file`: the request file it came in. */
export function asked(request: Request, time: number, file?: string): Extract<InputEntry, { k: 'request' }> {
  const told = request.ask === 'ack' ? { told: printAck(request) } : {};
  return { k: 'request', request, time, ...told, ...defined({ file }) };
}

/** The author who is told that a message was acknowledged; null when the message is the person's own. */
export function ackedAuthor({ by, id }: Extract<Request, { ask: 'ack' }>): string | null {
  const author = parseMessageId(id)?.author;
  return author === undefined || author === by ? null : author;
}

function printAck({ by, id, reaction }: Extract<Request, { ask: 'ack' }>): string {
  return `${by} acknowledged ${id}${reaction ? `: ${reaction}` : ''}`;
}
