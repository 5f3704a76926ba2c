/** The tool `acknowledge`: tells an author that the message was read. */
import * as z from 'zod';
import { act, RARE } from '../define.ts';

export default act({
  name: 'acknowledge',
  about: 'Mark a message as read for its author, instead of writing thanks. It wakes nobody and answers nothing.',
  granted: 'all',
  described: 'when-listed', // done settles mail, too
  input: z.strictObject({
    id: z.string().max(100),
    reaction: z.string().max(64).optional().describe('an emoji or a word').meta(RARE),
  }),
  stage({ id, reaction = '' }, { given, draft }) {
    const mail = given.find((m) => m.id === id);
    if (!mail) return { ok: false, rule: 'given', text: whichText(given.map((m) => m.id)) };
    draft.acked.push({ id, author: mail.from, reaction: reaction.replace(/\s+/g, ' ') });
    return { ok: true, text: `Acknowledged ${id}.` };
  },
});

/** Messages that a refusal names at most. */
const NAMED = 5;

function whichText(ids: readonly string[]): string {
  if (ids.length === 0) return 'You got no message in this visit, so there is nothing to acknowledge.';
  const more = ids.length > NAMED ? ' and more' : '';
  return `acknowledge needs the id of a message that you were given in this visit: ${ids.slice(0, NAMED).join(', ')}${more}.`;
}
