import { mailFiles, readMail } from '../engine/mail.ts';
import { checkAgent, foresee, readOrg, type View } from '../engine/open.ts';
import { type MailRow, mailRow, printList } from '../views/mail.ts';
import { count } from '../views/table.ts';
import type { Command, Run } from './command.ts';

export const command: Command = {
  name: 'outbox',
  group: 'people',
  summary: 'Show what an agent has written, and who has not got it yet',
  examples: [
    { line: 'lemming outbox coder_01', does: 'lists the messages of coder_01' },
    { line: 'lemming outbox human', does: 'shows which of your messages were read' },
  ],
  args: [{ name: 'agent', about: 'whose messages' }],
  flags: [{ name: 'all', about: 'also what lies in the archive' }],
  reads: true,
};

export const run: Run = async (world, input) => {
  const view = readOrg(world);
  const agent = input.args.agent as string;
  checkAgent(view.config, agent);
  await foresee(view);
  const files = mailFiles(view.disk, { authors: [agent], archived: input.flags.all === true });
  const written = [...readMail(view.disk, files)].map((message) =>
    mailRow(message, view.state.mail.get(message.id)?.waiting ?? []),
  );
  const messages = [...written, ...notTaken(view, agent, written)];
  const text = messages.length
    ? `${printList(messages)}\n\n${count(messages.length, 'message')}`
    : `${agent} has written nothing.`;
  return { data: { agent, messages }, text };
};

/** Drops that the next freeze will take. */
function notTaken(view: View, agent: string, written: readonly MailRow[]): MailRow[] {
  const known = new Set(written.map((row) => row.id));
  return [...view.state.mail.values()]
    .filter((mail) => mail.from === agent && mail.turn > view.loaded.state.turn && !known.has(mail.id))
    .map((mail) => mailRow(mail, mail.waiting));
}
