/** `lemming search`: finds mail and memory. */
import { findMail } from '../../app/look/mail-index.ts';
import { entryFile, findEntries } from '../../app/look/memory-index.ts';
import { nearestEntries } from '../../app/look/similar-entries.ts';
import { readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { fuse } from '../../core/memory/similarity.ts';
import { failure } from '../../schema/fault.ts';
import { isName } from '../../schema/name.ts';
import { MESSAGE_KINDS, type Message, PRIORITIES } from '../../schema/records/message.ts';
import { type MailRow, mailRow } from '../../views/mail/mail.ts';
import { countEntries, entryRow, printEntries } from '../../views/org/memory.ts';
import { count, shorten, table } from '../../views/text/table.ts';
import type { Definition, InputOf, Run } from '../command.ts';
import { entryShape, mailShape } from '../shapes.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'search',
  group: 'look',
  summary: 'Search all mail, also what is archived, or what agents remember',
  examples: [
    { line: 'lemming search "tip calculator"', does: 'lists the messages that contain this text, newest first' },
    {
      line: 'lemming search login --from planner --to coder_01 --since-turn 20',
      does: 'searches only mail from planner to coder_01 since turn 20',
    },
    {
      line: 'lemming search deploy --memory --agent hr',
      does: 'searches the memory of hr for words that start with "deploy"',
    },
  ],
  args: [{ name: 'text', about: 'the text to find in subject and body; case does not matter', many: true }],
  flags: [
    { name: 'from', value: 'AGENT', about: 'only mail from this author' },
    { name: 'to', value: 'AGENT', about: 'only mail to this recipient' },
    { name: 'kind', value: 'KIND', about: 'only mail of this kind', choices: [...MESSAGE_KINDS] },
    { name: 'priority', value: 'P', about: 'only mail of this priority', choices: [...PRIORITIES] },
    { name: 'since-turn', value: 'N', kind: 'whole', least: 0, about: 'only mail from this turn on' },
    {
      name: 'memory',
      about: 'search the memory of agents instead; best matches first',
      right: 'owner',
    },
    {
      name: 'like',
      about:
        'with --memory: also find entries with a similar meaning, with the embedder of org.yaml; this may cost money',
      right: 'owner',
    },
    { name: 'agent', value: 'AGENT', about: 'with --memory: only the memory of this agent', right: 'owner' },
  ],
  reads: true,
  right: 'seat',
  output: (z) =>
    z.union([
      z.strictObject({ text: z.string(), messages: z.array(mailShape(z)) }),
      z.strictObject({ text: z.string(), found: z.number(), entries: z.array(entryShape(z)) }),
    ]),
} as const satisfies Definition;

/** The most entries that are shown. */
const MOST_ENTRIES = 100;

export const run: Run<typeof command> = async (world, input) => {
  const words = input.rest.join(' ').trim();
  if (words === '') throw failure('usage', 'The text to search for is empty.', { remedy: 'Give the words to find.' });
  const view = readOrg(world);
  if (input.flags.memory) return searchMemory(world, view, words, input.flags);
  if (input.flags.agent !== undefined) throw failure('usage', '--agent needs --memory; for mail, use --from and --to.');
  if (input.flags.like) throw failure('usage', '--like needs --memory.');
  checkNames(view, input.flags);
  const found = await matches(view, world.root, words, input.flags);
  const messages = found.map((message) => mailRow(view.state, message));
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

/** Whoever has a folder may have mail, even without a resume. Throws `not-found` for any other name. */
function checkNames(view: View, { from, to }: InputOf<typeof command>['flags']): void {
  for (const name of [from, to]) if (name !== undefined) checkFolder(view, name);
}

/** Throws `not-found` for a name with neither a folder nor a resume. */
export function checkFolder(view: Pick<View, 'config' | 'disk' | 'state'>, name: string): void {
  if (!(isName(name) && view.disk.stat(`agents/${name}`))) checkAgent(view, name);
}

async function searchMemory(world: World, view: View, words: string, flags: InputOf<typeof command>['flags']) {
  const { agent } = flags;
  const other = (['from', 'to', 'kind', 'since-turn'] as const).find((name) => flags[name] !== undefined);
  if (other) throw failure('usage', `--${other} applies only to mail; with --memory, use --agent.`);
  if (agent !== undefined) checkFolder(view, agent);
  const { found, best } = await findEntries(view, world.root, words, MOST_ENTRIES, agent);
  const near = flags.like ? await nearestEntries(view, world, words, world.signal, agent) : [];
  const paths = fuse([best, near], MOST_ENTRIES);
  const entries = paths.flatMap((path) => entryFile(view, path) ?? []);
  const all = Math.max(found, paths.length);
  const list = entries.length ? `${printEntries(entries, words)}\n\n` : '';
  return {
    data: { text: words, found: all, entries: entries.map(entryRow) },
    text: `${list}${countEntries(all)}`,
  };
}

async function matches(
  view: View,
  root: string,
  words: string,
  flags: InputOf<typeof command>['flags'],
): Promise<Message[]> {
  const { from, to, kind, priority } = flags;
  const since = flags['since-turn'] ?? 0;
  const authors = from !== undefined ? { authors: [from] } : {};
  const found = await findMail(view, root, { ...authors, since, archived: true }, words);
  return found
    .reverse()
    .filter(
      (message) =>
        (to === undefined || message.to.includes(to)) &&
        (kind === undefined || message.kind === kind) &&
        (priority === undefined || message.priority === priority) &&
        view.sees(message),
    );
}

/** The words of a message around the first match. */
function around({ body }: MailRow, words: string): string {
  const at = body.toLowerCase().indexOf(words.toLowerCase());
  return shorten(`${at > 30 ? '… ' : ''}${body.slice(Math.max(0, at - 30))}`, 70);
}
