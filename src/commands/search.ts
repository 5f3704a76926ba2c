import { headNames, mailFiles, readMail } from '../engine/mail.ts';
import { checkAgent, readOrg, type View } from '../engine/open.ts';
import { failure } from '../schema/fault.ts';
import { MESSAGE_KINDS, type Message } from '../schema/message.ts';
import { isName } from '../schema/name.ts';
import { type MailRow, mailRow } from '../views/mail.ts';
import { count, shorten, table } from '../views/table.ts';
import type { Command, Input, Run } from './command.ts';

export const command: Command = {
  name: 'search',
  group: 'look',
  summary: 'Find a text in all mail, live and archived',
  examples: [
    { line: 'lemming search "tip calculator"', does: 'lists the messages that hold these words, the latest first' },
    {
      line: 'lemming search login --from planner --to coder_01 --since-turn 20',
      does: 'only what planner wrote to coder_01 since turn 20',
    },
  ],
  args: [{ name: 'text', about: 'looked for in subject and text, without regard to case', many: true }],
  flags: [
    { name: 'from', value: 'AGENT', about: 'only by this author' },
    { name: 'to', value: 'AGENT', about: 'only to this reader' },
    { name: 'kind', value: 'KIND', about: 'only of this kind', choices: [...MESSAGE_KINDS] },
    { name: 'since-turn', value: 'N', kind: 'whole', least: 0, about: 'only from this turn on' },
  ],
  reads: true,
};

/** A plain scan: no index, so nothing can be out of date. */
export const run: Run = async (world, input) => {
  const words = input.rest.join(' ').trim();
  if (words === '') throw failure('usage', 'There is nothing to look for.', { remedy: 'Give the words to find.' });
  const view = readOrg(world);
  checkNames(view, input.flags);
  const messages = matches(view, words, input.flags).map((message) =>
    mailRow(message, view.state.mail.get(message.id)?.waiting ?? []),
  );
  const rows = messages.map((row) => [
    row.id,
    row.from,
    shorten(row.to.join(', '), 30),
    shorten(row.subject, 40),
    around(row, words),
  ]);
  const list = rows.length ? `${table([['id', 'from', 'to', 'subject', 'text'], ...rows])}\n\n` : '';
  return { data: { text: words, messages }, text: `${list}${count(messages.length, 'message')}` };
};

/** Who has a folder may have mail, even when the resume is gone. Throws `not-found` for any other name. */
function checkNames({ config, disk }: View, { from, to }: Input['flags']): void {
  for (const name of [from, to])
    if (typeof name === 'string' && !(isName(name) && disk.stat(`agents/${name}`))) checkAgent(config, name);
}

function matches(view: View, words: string, flags: Input['flags']): Message[] {
  const { from, to, kind } = flags;
  const authors = typeof from === 'string' ? { authors: [from] } : {};
  const files = mailFiles(view.disk, {
    ...authors,
    since: (flags['since-turn'] as number | undefined) ?? 0,
    archived: true,
  }).reverse();
  const sought = words.toLowerCase();
  const wanted = (text: string) => (typeof to !== 'string' || headNames(text, to)) && mayHold(text, sought);
  return [...readMail(view.disk, files, wanted)].filter(
    (message) =>
      (to === undefined || message.to.includes(to as string)) &&
      (kind === undefined || message.kind === kind) &&
      holds(message, sought),
  );
}

/** A subject may stand in the file in YAML's escapes, so only plain words can rule a file out. */
function mayHold(text: string, sought: string): boolean {
  return !/^[\w .-]+$/.test(sought) || text.toLowerCase().includes(sought);
}

function holds({ subject, body }: Message, sought: string): boolean {
  return subject.toLowerCase().includes(sought) || body.toLowerCase().includes(sought);
}

/** The words of a message around the first place. */
function around({ body }: MailRow, words: string): string {
  const at = body.toLowerCase().indexOf(words.toLowerCase());
  return shorten(`${at > 30 ? '… ' : ''}${body.slice(Math.max(0, at - 30))}`, 70);
}
