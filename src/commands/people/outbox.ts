/** The command `lemming outbox`. */
import { foresee } from '../../app/foresee.ts';
import { mailFiles, readMail } from '../../app/look/mail-index.ts';
import { readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { type MailRow, mailRow, printList } from '../../views/mail/mail.ts';
import { type MessageFate, printFate, type Sent, sentBy } from '../../views/mail/sent.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, Run } from '../command.ts';
import { mailShape } from '../shapes.ts';

export const command = {
  name: 'outbox',
  group: 'people',
  summary: 'List the messages of an agent or a person, and who still has to read or answer them',
  examples: [
    { line: 'lemming outbox coder_01', does: 'lists the messages of coder_01' },
    { line: 'lemming outbox human', does: 'shows which of your messages are waiting, read or answered' },
  ],
  args: [{ name: 'agent', about: 'whose messages' }],
  flags: [{ name: 'all', about: 'include the archive' }],
  reads: true,
  right: 'look',
  output: (z) =>
    z.strictObject({
      agent: z.string(),
      messages: z.array(mailShape(z).extend({ read_by: z.array(z.string()), answered_by: z.array(z.string()) })),
    }),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const { agent } = input.args;
  checkAgent(view, agent);
  await foresee(view);
  const files = mailFiles(view, { authors: [agent], archived: input.flags.all === true });
  const written = [...readMail(view.disk, files)].map((message) => mailRow(view.state, message));
  const fates = new Map(sentBy(view.state, agent).map((sent) => [sent.id, sent]));
  const messages = [...written, ...notTaken(view, agent, written)].map((row) => ({ ...row, ...fateOf(row, fates) }));
  const text = messages.length
    ? `${printList(messages, (row) => printFate(fateOf(row, fates)))}\n\n${count(messages.length, 'message')}`
    : `${agent} has written nothing.`;
  return { data: { agent, messages }, text };
};

/** Who has read it and who has answered. Of a conversation that is long past, only who waits is known. */
function fateOf({ id, to, waiting }: MailRow, fates: ReadonlyMap<string, Sent>): MessageFate {
  const { read_by, answered_by } = fates.get(id) ?? {
    read_by: to.filter((name) => !waiting.includes(name)),
    answered_by: [],
  };
  return { waiting, read_by, answered_by };
}

/** Drops that the next freeze will take. */
function notTaken(view: View, agent: string, written: readonly MailRow[]): MailRow[] {
  const known = new Set(written.map((row) => row.id));
  return [...view.state.mail.waiting.rows(`${agent}/`)]
    .map(([, mail]) => mail)
    .filter((mail) => mail.turn > view.loaded.state.clock.turn && !known.has(mail.id))
    .map((mail) => mailRow(view.state, mail));
}
