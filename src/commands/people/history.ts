/** `lemming history`: shows mail and conversations. */
import { findMessage, headNames, mailFiles, readMail } from '../../app/look/mail-index.ts';
import { readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { failure } from '../../schema/fault.ts';
import { isName } from '../../schema/name.ts';
import type { Message } from '../../schema/records/message.ts';
import { type MailRow, mailRow, printList } from '../../views/mail/mail.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, Run } from '../command.ts';
import { mailShape } from '../shapes.ts';

export const command = {
  name: 'history',
  group: 'people',
  summary: 'List messages: all, those with one agent or person, or one conversation',
  examples: [
    { line: 'lemming history', does: 'lists the messages of the last 50 turns' },
    { line: 'lemming history coder_01 --turns 10', does: 'lists the mail from and to coder_01 in the last 10 turns' },
    { line: 'lemming history human', does: 'lists the mail between a person and the organisation' },
    { line: 'lemming history 000001-human-01', does: 'lists a whole conversation, also what is archived' },
  ],
  args: [{ name: 'of', about: 'an agent, a person, a contact, or the id of a conversation', optional: true }],
  flags: [
    {
      name: 'turns',
      value: 'N',
      kind: 'whole',
      least: 1,
      about: 'how many turns to go back (default: 50; a conversation is shown whole)',
    },
  ],
  reads: true,
  right: 'seat',
  resource: { uri: 'lemming://threads/{of}', name: 'thread', about: 'a conversation, by its id' },
  output: (z) => z.strictObject({ messages: z.array(mailShape(z)) }),
} as const satisfies Definition;

const TURNS = 50;

/** Reads live and archived mail in the order of writing. A name that is not an agent's is a conversation or a message of one. */
export const run: Run<typeof command, { messages: MailRow[] }> = async (world, input) => {
  const view = readOrg(world);
  const of = seatOf(view, input.args.of);
  const thread = of === undefined || isAgent(view, of) ? undefined : (findMessage(view, of)?.thread ?? of);
  const turns = input.flags.turns ?? (thread === undefined ? TURNS : view.state.clock.turn + 1);
  const since = Math.max(0, view.state.clock.turn + 1 - turns);
  const found = thread === undefined ? written(view, of, since) : conversation(view, thread, since);
  if (of !== undefined && thread !== undefined && found.length === 0 && !/^\d/.test(of)) checkAgent(view, of);
  const messages = found.map((message) => mailRow(view.state, message));
  const ending = `${count(messages.length, 'message')} from turn ${Math.max(1, since)} on`;
  return { data: { messages }, text: messages.length ? `${printList(messages)}\n\n${ending}` : ending };
};

/** A contact stands for its seat. Throws `not-found` for an outside contact: nobody writes to those directly. */
function seatOf({ config }: View, of: string | undefined): string | undefined {
  const contact = of === undefined || config.agents.has(of) ? undefined : config.contacts.get(of);
  if (contact?.seat === null)
    throw failure('not-found', `${of} is a contact without a seat in the chart, so there is no mail with them.`, {
      remedy: `Your notes on them are in org/contacts/${of}.md. Run lemming search ${of} to find mail that mentions them.`,
    });
  return contact?.seat ?? of;
}

function isAgent({ config, disk }: View, name: string): boolean {
  return config.agents.has(name) || (isName(name) && disk.stat(`agents/${name}`) !== null);
}

/** The mail of everyone, or to and from one agent. */
function written(view: View, agent: string | undefined, since: number): Message[] {
  const files = mailFiles(view, { since, archived: true });
  if (agent === undefined) return [...readMail(view.disk, files)].filter(view.sees);
  const messages = readMail(view.disk, files, (text) => headNames(text, agent));
  return [...messages].filter(
    (message) => (message.from === agent || message.to.includes(agent)) && view.sees(message),
  );
}

/** In the file, the name of a conversation may be escaped in YAML's way unless it is plain. */
function conversation(view: View, thread: string, since: number): Message[] {
  const files = mailFiles(view, { since, archived: true });
  const wanted = (text: string) => !/^[\w-]+$/.test(thread) || headNames(text, thread);
  return [...readMail(view.disk, files, wanted)].filter((message) => message.thread === thread && view.sees(message));
}
