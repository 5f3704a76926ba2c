/** The head of a message that a tool shows. */
import type { DeliveredMail } from '../model/tool.ts';
import { quoteUntrusted } from '../text/untrusted.ts';

export function printHead(mail: DeliveredMail, agent: string): string {
  const { id, from, to, turn, kind, thread, subject, reply_to, attachments = [] } = mail;
  const who = from === agent ? `from="you" to=${quoteUntrusted(to.join(', '))}` : `from="${from}"`;
  const more = [
    reply_to === undefined ? '' : ` reply_to=${quoteUntrusted(reply_to)}`,
    attachments.length ? ` attachments=${quoteUntrusted(attachments.join(', '))}` : '',
  ].join('');
  return `<mail id="${id}" ${who} turn="${turn}" kind="${kind}" thread=${quoteUntrusted(thread)}${more} subject=${quoteUntrusted(subject)}>\n`;
}
