/** The tool `search_mail`: finds messages that the agent wrote or was given by their words. */
import * as z from 'zod';
import { excerpt, normalise, startsOf } from '../../core/memory/relevance.ts';
import type { DeliveredMail } from '../../core/model/tool.ts';
import { printHead } from '../../core/prompt/mail-head.ts';
import { tame } from '../../core/text/untrusted.ts';
import { worldTool } from '../define.ts';

/** Messages read by one search, and hits shown. */
const MOST_READ = 200;
const MOST_HITS = 10;

export default worldTool({
  name: 'search_mail',
  about:
    'Find messages that you wrote or were given in earlier visits, the latest first, by words that all stand in them.',
  granted: 'all',
  described: 'with-earlier-mail',
  touches: 'pure',
  input: z.strictObject({
    query: z.string().min(1).max(500),
    before: z.string().max(100).optional().describe('an id: search only older messages'),
  }),
  run({ query, before }, context) {
    const starts = startsOf(query);
    const hits: DeliveredMail[] = [];
    let read = 0;
    let last = '';
    let isAfter = before !== undefined;
    let isMore = false;
    for (const id of context.mailIds()) {
      if (isAfter) {
        isAfter = id !== before;
        continue;
      }
      isMore = hits.length === MOST_HITS || read === MOST_READ;
      if (isMore) break;
      const mail = context.mail(id);
      if (mail && holds(mail, starts)) hits.push(mail);
      last = id;
      read++;
    }
    const rows = hits.map(
      (mail) => `${printHead(mail, context.agent)}${tame(excerpt({ text: mail.body }, query))}\n</mail>`,
    );
    const more = isMore ? `${hits.length} found in ${read} messages. before: ${last} searches older ones.` : '';
    const none = hits.length === 0 && !isMore ? `No message has all words of ${JSON.stringify(query)}.` : '';
    const text = [...rows, more, none].filter(Boolean).join('\n');
    return { ok: true, text, ...(hits.some(({ tainted }) => tainted) && { tainted: true as const }) };
  },
});

/** Whether each of these beginnings of words stands in a message. */
function holds({ from, subject, body }: DeliveredMail, starts: readonly string[]): boolean {
  const text = normalise(`${from} ${subject} ${body}`);
  return starts.length > 0 && starts.every((start) => text.includes(start));
}
