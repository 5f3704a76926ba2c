/** `lemming send`: writes a message. */
import { readOrg } from '../../app/read-org.ts';
import { personOf } from '../../app/seats.ts';
import { type OutgoingMessage, sendMessage } from '../../app/send.ts';
import { MESSAGE_KINDS, PRIORITY_NAMES } from '../../schema/records/message.ts';
import type { Definition, InputOf, Run } from '../command.ts';
import { bodyOf, fileToSend, tellPaused, writtenText } from '../message-args.ts';

export const command = {
  name: 'send',
  group: 'people',
  summary: 'Send a message to an agent',
  examples: [
    {
      line: 'lemming send manager "Please build a tip calculator"',
      does: 'sends a message; the manager reads it in its next turn',
    },
    {
      line: 'lemming send @engineering --priority high "Stop and report"',
      does: 'sends it to each member of the unit that you have an edge to',
    },
    { line: 'lemming send planner - --subject Notes < notes.md', does: 'reads the text from standard input' },
  ],
  args: [
    { name: 'agent', about: 'a name, @unit, or "*" for everyone you have an edge to', of: ['agent', 'unit'] },
    { name: 'text', about: 'the text', many: true, stdin: true },
  ],
  flags: [
    { name: 'subject', value: 'TEXT', about: 'the subject (default: the first line of the text)' },
    { name: 'priority', value: 'P', about: 'the priority; urgent wakes the reader at once', choices: PRIORITY_NAMES },
    { name: 'kind', value: 'KIND', about: 'the kind of message', choices: [...MESSAGE_KINDS] },
    { name: 'thread', value: 'ID', about: 'the conversation it belongs to' },
    { name: 'reply-to', value: 'ID', about: 'the message it answers' },
    { name: 'task', value: 'ID', about: 'the task it is about' },
    {
      name: 'attach',
      value: 'FILE',
      about: 'a file to attach; may be repeated',
      many: true,
      right: 'owner',
    },
  ],
  reads: false,
  right: 'seat',
  screen: [
    { key: 'w', action: 'write', on: 'agent', asks: ['text'] },
    { key: 'r', action: 'reply', on: 'agent', asks: ['text'] },
  ],
  output: (z) => z.strictObject({ path: z.string(), to: z.array(z.string()), from: z.string() }),
} as const satisfies Definition;

/** Puts a message into the person's outbox. The engine takes it in at its next freeze. */
export const run: Run<typeof command, { path: string; to: string[]; from: string }> = async (world, input) => {
  const view = readOrg(world);
  const person = personOf(view);
  const letter = letterOf(input, await bodyOf(world, input.rest));
  const { attach } = input.flags;
  const files = attach?.map((file) => fileToSend(world, view, file));
  const { path, to } = sendMessage(view, person, letter, files);
  tellPaused(world, view, to);
  return { data: { path, to, from: person }, text: writtenText(world, path, to) };
};

function letterOf({ args, flags }: InputOf<typeof command>, body: string): OutgoingMessage {
  const letter: OutgoingMessage = { to: [args.agent], body };
  const { subject, priority, kind, thread, task } = flags;
  const said = { subject, priority, kind, thread, task, reply_to: flags['reply-to'] };
  for (const [key, value] of Object.entries(said)) if (value !== undefined) Object.assign(letter, { [key]: value });
  return letter;
}
