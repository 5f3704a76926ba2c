/** Shows messages, lists of messages and inboxes. */
import type { State } from '../../core/model/state.ts';
import { archivePath, messageOf } from '../../core/rights/recipients.ts';
import { defined } from '../../schema/copy.ts';
import type { Message } from '../../schema/records/message.ts';
import { rowsOf, shorten, table, unmarked } from '../text/table.ts';

/** A message in the JSON of commands; fixed by the design. */
export interface MailRow {
  id: string;
  from: string;
  to: string[];
  turn: number;
  kind: Message['kind'];
  subject: string;
  priority: Message['priority'];
  thread: string;
  reply_to: string | null;
  task: string | null;
  /** The model that answered in place of the first, and why; otherwise empty. */
  via: string;
  attachments: string[];
  /** Where these lie, as paths in the organisation. */
  files: string[];
  /** No recipient waits for it any more; in an inbox: its owner has read it. */
  read: boolean;
  /** Recipients that have not been given it. */
  waiting: string[];
  /**
   * The call that made it, `6.coder_01.2`, or the held act that was approved; null for mail of people, and where it is not
   * known.
   */
  made_by: string | null;
  /** The act in that call; null for plain text. */
  made_by_act: number | null;
  /** Whom its author addressed, the routes that changed it, and who got a task in its place; only where routes changed it. */
  addressed?: string[];
  routes?: string[];
  became?: Record<string, string>;
  /** Who is given it later, together with other mail, and in which turn. */
  collected?: Record<string, number>;
  path: string;
  body: string;
}

/** The row of a message. `waiting`: who has not got it yet. `owner`: only that reader's mark counts as read. */
export function mailRow(
  known: Pick<State, 'mail'>,
  message: Message,
  waiting: readonly string[] = known.mail.waiting.get(message.id)?.waiting ?? [],
  owner?: string,
): MailRow {
  const {
    id,
    from,
    to,
    turn,
    kind,
    subject,
    priority,
    thread,
    reply_to = null,
    task = null,
    via = '',
    attachments = [],
    path,
    body,
  } = message;
  const read = owner === undefined ? waiting.length === 0 : !waiting.includes(owner);
  return {
    id,
    from,
    to,
    turn,
    kind,
    subject,
    priority,
    thread,
    reply_to,
    task,
    via,
    attachments,
    files: filesWith(known, message),
    read,
    waiting: [...waiting],
    ...makerOf(known, message),
    ...routedIn(known, message, waiting),
    path,
    body,
  };
}

/** What routes made of it. */
function routedIn(
  { mail }: Pick<State, 'mail'>,
  { id, addressed, routes, became }: Message,
  waiting: readonly string[],
): Pick<MailRow, 'addressed' | 'routes' | 'became' | 'collected'> {
  if (routes === undefined) return {};
  const until = waiting.flatMap((name) =>
    (mail.collected.get(name) ?? []).flatMap((one): [string, number][] => (one.id === id ? [[name, one.turn]] : [])),
  );
  return { ...defined({ addressed, became }), routes, ...(until.length && { collected: Object.fromEntries(until) }) };
}

/** Where what came with a message lies now, in the order of `attachments`. */
export function filesWith({ mail }: Pick<State, 'mail'>, { id, path, attachments = [] }: Message): string[] {
  const files = attachments.length ? (mail.attached.get(id)?.files ?? []) : [];
  const isArchived = path.includes('/outbox/archive/');
  return files.map((file) => (isArchived && messageOf(file.path) ? archivePath(file.path) : file.path));
}

/** What made the message, where the journal records it. */
function makerOf(
  { mail }: Pick<State, 'mail'>,
  { id, turn, from, to }: Message,
): Pick<MailRow, 'made_by' | 'made_by_act'> {
  const file = mail.received.get(`${to[0]} ${id}`) ?? '';
  const by = file.slice(0, Math.max(0, file.lastIndexOf('/')));
  const [, call, act] = /^(\d+)(?:\.(\d+))?$/.exec(by) ?? [];
  if (call === undefined) return { made_by: by || null, made_by_act: null };
  return { made_by: `${turn}.${from}.${call}`, made_by_act: act === undefined ? null : Number(act) };
}

/** Messages, one per line: id, from whom to whom, subject, and a last column: by default, who has not got it yet. */
export function printList<Row extends MailRow>(
  rows: readonly Row[],
  fateOf: (row: Row) => string = ({ waiting }) =>
    waiting.length ? `waits for ${shorten(waiting.join(', '), 40)}` : '',
): string {
  const lines = rows.map((row) => [
    row.id,
    row.from,
    shorten(row.to.join(', '), 30),
    kindOf(row),
    shorten(row.subject, 60),
    fateOf(row),
  ]);
  return table([['id', 'from', 'to', 'kind', 'subject', ''], ...lines]);
}

/** The kind, with the priority where it is not the usual one. */
function kindOf({ kind, priority }: MailRow): string {
  return priority === 'normal' ? kind : `${kind}, ${priority}`;
}

/**
 * An inbox by conversation, in the order in which the first message of each appears; unread messages have a star and their
 * first words.
 */
export function printInbox(rows: readonly MailRow[], topic: (thread: string) => string | null): string {
  const threads = new Map<string, MailRow[]>();
  for (const row of rows) threads.set(row.thread, [...(threads.get(row.thread) ?? []), row]);
  return [...threads].map(([thread, mail]) => printConversation(thread, topic(thread), mail)).join('\n\n');
}

function printConversation(thread: string, topic: string | null, mail: readonly MailRow[]): string {
  const lines = rowsOf(
    mail.map((row) => [row.read ? ' ' : '*', row.id, row.from, kindOf(row), shorten(row.subject, 60)]),
  ).split('\n');
  const words = mail.map((row) => (row.read ? [] : [`    ${shorten(row.body, 100)}`]));
  return [
    topic === null ? thread : `${shorten(topic, 80)} (${thread})`,
    ...lines.flatMap((line, i) => [line, ...(words[i] ?? [])]),
  ].join('\n');
}

function byName<T>(of: Readonly<Record<string, T>> = {}, say: (value: T, name: string) => string): string {
  return Object.entries(of)
    .map(([name, value]) => say(value, name))
    .join(', ');
}

/** A message for its reader: who, when, what about, then the text. */
export function printMail(row: MailRow): string {
  const head = [
    ['id', row.id],
    ['from', row.from],
    ['to', row.to.join(', ')],
    ['addressed to', row.addressed?.join(', ') ?? ''],
    ['by route', row.routes?.join(', ') ?? ''],
    ['became', byName(row.became, (id, name) => `${id} for ${name}`)],
    ['collected', byName(row.collected, (turn, name) => `for ${name} until turn ${turn}`)],
    ['turn', String(row.turn)],
    ['kind', kindOf(row)],
    ['subject', row.subject],
    ['thread', row.thread],
    ['reply to', row.reply_to ?? ''],
    ['task', row.task ?? ''],
    ['via', row.via],
    ['attached', row.files.join(', ')],
    ['waits for', row.waiting.join(', ')],
    ['file', row.path],
  ].filter(([, value]) => value !== '');
  return `${rowsOf(head)}\n\n${unmarked(row.body)}`;
}
