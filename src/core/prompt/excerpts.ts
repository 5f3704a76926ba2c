/** Chooses the earlier mail that a prompt shows, and how much of each message. Pure. */
import { cut } from '../../schema/print.ts';
import { exchangeWith, LATEST_KEPT, type MailHead, recentOf, tasksIn, textOf } from '../mail/known.ts';
import type { Cause, Piece } from '../model/entry.ts';
import type { KeptMail, Mail } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';
import { quoteUntrusted } from '../text/untrusted.ts';

/** Characters of all messages that are shown whole, about 2,000 tokens; the others are cut to `EXCERPT`. */
const ROOM = 8000;
const EXCERPT = 400;
/** Messages that are shown at most, and how many of them only because they are the latest. */
const MOST_SHOWN = 12;
const LATEST = 6;

/** A message, and how many of its characters are shown. */
export interface Excerpt {
  mail: KeptMail;
  chars: number;
}

/** What a visit is about: mail, what its agent had asked a person before, and the message of which its task came. */
export interface Occasion {
  given: readonly Mail[];
  asked: readonly Pick<Cause, 'id' | 'thread'>[];
  origin?: string | undefined;
}

/**
 * What an agent wrote or was given before, in that order. First, whole while there is room: the messages that this mail
 * answers, what gave the agent its work in these conversations, and the last exchange with each person who writes. Then its
 * latest messages in these conversations. A new conversation of a person continues the one of the last exchange.
 */
export function excerptsFor(
  state: State,
  agent: string,
  { given, asked, origin }: Occasion,
  isPerson: (name: string) => boolean,
): Excerpt[] {
  const now = new Set(given.map(({ id }) => id));
  const said = recentOf(state, agent).filter(({ id }) => !now.has(id));
  if (said.length === 0) return [];
  const answered = new Set([...given.flatMap(({ reply_to }) => reply_to ?? []), ...asked.map(({ id }) => id)]);
  if (origin !== undefined) answered.add(origin);
  const parents = answered.size > 0 ? said.filter(({ id }) => answered.has(id)) : [];
  const people = new Set(given.map(({ from }) => from).filter(isPerson));
  const exchanges = [...people].flatMap((person) => exchangeWith(said, agent, person));
  const threads = new Set([...given, ...asked, ...parents, ...exchanges].map(({ thread }) => thread));
  if (parents.length + exchanges.length === 0 && !said.some(({ thread }) => threads.has(thread))) return [];
  const tasks = [...threads].flatMap((thread) => tasksIn(said, agent, thread));
  const first = [...new Set([...parents, ...tasks, ...exchanges])].slice(0, MOST_SHOWN);
  const latest = said.filter((mail) => threads.has(mail.thread) && !first.includes(mail)).slice(-LATEST);
  const chosen = new Map<MailHead, Excerpt>();
  let room = ROOM;
  const show = (head: MailHead, charsOf: (size: number) => number): void => {
    const mail = textOf(state, head.id);
    const chars = Math.min(mail.body.length, charsOf(mail.body.length));
    chosen.set(head, { mail, chars });
    room -= chars;
  };
  for (const head of first) show(head, () => Math.max(EXCERPT, room));
  for (const head of latest.reverse().slice(0, MOST_SHOWN - first.length))
    show(head, (size) => (size <= room ? size : EXCERPT));
  return said.flatMap((head) => chosen.get(head) ?? []);
}

/** Whether an agent knows more mail than the excerpts and the given mail show in full. */
export function hidesEarlier(state: State, agent: string, shown: readonly Excerpt[], given: readonly Mail[]): boolean {
  const recent = state.mail.recent.get(agent) ?? [];
  if (recent.length >= LATEST_KEPT) return true; // there may be more: the list is shortened to so many
  const whole = new Set([
    ...shown.filter(({ mail: { size, body }, chars }) => cut(body, chars).length === size).map(({ mail }) => mail.id),
    ...given.map(({ id }) => id),
  ]);
  return recent.some((id) => !whole.has(id));
}

/** The excerpts as pieces of a prompt. The journal keeps the id of a message and not its text. */
export function printExcerpts({ mail }: State, excerpts: readonly Excerpt[], agent: string): Piece[] {
  if (excerpts.length === 0) return [];
  const filesOf = (id: string): string[] => mail.attached.get(id)?.files.map(({ name }) => name) ?? [];
  const printed = excerpts.flatMap((one) => printExcerpt(one, filesOf(one.mail.id), agent));
  return ['\n## Earlier mail that you wrote or were given\n', ...printed];
}

function printExcerpt({ mail, chars }: Excerpt, files: readonly string[], agent: string): Piece[] {
  const { id, from, to, thread, subject, body, size } = mail;
  const who = from === agent ? `from="you" to="${to.join(', ')}"` : `from="${from}"`;
  const brought = files.length ? ` attachments=${quoteUntrusted(files.join(', '))}` : '';
  const head = `<mail id="${id}" ${who} thread=${quoteUntrusted(thread)}${brought} subject=${quoteUntrusted(subject)}>\n`;
  const missing = size - cut(body, chars).length;
  if (missing === 0) return [head, { mail: id }, '\n</mail>\n'];
  return [head, { mail: id, cut: chars }, `\n${cutMark(id, missing, size)}\n</mail>\n`];
}

/** Says how much of a message is missing, and how the agent can read it. */
export function cutMark(id: string, missing: number, size: number): string {
  return `[cut: ${grouped(missing)} of ${grouped(size)} characters; read_mail ${id} shows all]`;
}

/** 1,212 */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}
