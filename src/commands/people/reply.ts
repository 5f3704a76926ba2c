/** `lemming reply`: answers a message. */

import { messageNamed } from '../../app/look/mail-index.ts';
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import { type OutgoingMessage, sendMessage } from '../../app/send.ts';
import { inboxOf } from '../../core/model/state/mail.ts';
import { defined } from '../../schema/copy.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Definition, Run } from '../command.ts';
import { bodyOf, tellPaused, writtenText } from '../message-args.ts';

export const command = {
  name: 'reply',
  group: 'people',
  summary: 'Answer a message in its conversation',
  examples: [
    {
      line: 'lemming reply 000005-manager-01 "Yes, go ahead"',
      does: 'answers the manager; the message counts as read',
    },
  ],
  args: [
    { name: 'id', about: 'the message to answer', of: ['message'] },
    { name: 'text', about: 'the text', many: true, stdin: true },
  ],
  flags: [{ name: 'all', about: 'also send it to the other recipients' }],
  reads: false,
  right: 'seat',
  screen: [{ key: 'r', on: 'message', asks: ['text'] }],
  output: (z) =>
    z.strictObject({
      path: z.string(),
      to: z.array(z.string()),
      from: z.string(),
      thread: z.string(),
      reply_to: z.string(),
    }),
} as const satisfies Definition;

/** Puts an answer into the person's outbox, and marks the message it answers as read. */
export const run: Run<
  typeof command,
  { path: string; to: string[]; from: string; thread: string; reply_to: string }
> = async (world, input) => {
  const view = readOrg(world);
  const person = personOf(view);
  const message = messageNamed(view, input.args.id);
  const body = await bodyOf(world, input.rest);
  const { path, to } = sendMessage(view, person, answerTo(message, person, body, input.flags.all === true));
  if (inboxOf(view.state.mail, person).some((mail) => mail.id === message.id))
    post(world, person, [{ ask: 'read', ids: [message.id] }]);
  tellPaused(world, view, to);
  return {
    data: { path, to, from: person, thread: message.thread, reply_to: message.id },
    text: writtenText(world, path, to),
  };
};

/** Addressed to the author; to the recipients if the person wrote the message or wants all of them. */
function answerTo(message: Message, person: string, body: string, all: boolean): OutgoingMessage {
  const { id, from, thread, task } = message;
  const readers = message.to.filter((name) => name !== person);
  const to = from === person ? readers : [from, ...(all ? readers.filter((name) => name !== from) : [])];
  const subject = /^re: /i.test(message.subject) ? message.subject : `Re: ${message.subject}`.slice(0, 200);
  return { to, body, subject, thread, reply_to: id, ...defined({ task }) };
}
