/** `lemming outbox`: shows what an agent or a person sent. */
import { foresee } from '../../app/foresee.ts';
import { mailFiles, readMail } from '../../app/look/mail-index.ts';
import { readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { copyWith } from '../../schema/copy.ts';
import { type MailRow, mailRow, printList } from '../../views/mail/mail.ts';
import { fateOf, printFate, sentBy } from '../../views/mail/sent.ts';
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
  const fates = new Map(sentBy(view.config, view.state, agent).map((sent) => [sent.id, sent]));
  const messages = [...written, ...notTaken(view, agent, written)].map((row) => {
    const { read_by, answered_by } = fates.get(row.id) ?? fateOf(view.config, view.state, row);
    return copyWith(row, { read_by, answered_by });
  });
  const text = messages.length
    ? `${printList(messages, printFate)}\n\n${count(messages.length, 'message')}`
    : `${agent} has written nothing.`;
  return { data: { agent, messages }, text };
};

/** Incoming mail that the next freeze will take in. */
function notTaken(view: View, agent: string, written: readonly MailRow[]): MailRow[] {
  const known = new Set(written.map((row) => row.id));
  return [...view.state.mail.waiting.rows(`${agent}/`)]
    .map(([, mail]) => mail)
    .filter((mail) => mail.turn > view.loaded.state.clock.turn && !known.has(mail.id))
    .map((mail) => mailRow(view.state, mail));
}
