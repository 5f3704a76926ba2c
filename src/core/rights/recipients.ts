/** Resolves the recipients of a message, and completes it. */
import { defined } from '../../schema/copy.ts';
import { messageId, padTurn, slug } from '../../schema/name.ts';
import { canonicalBody, cut } from '../../schema/print.ts';
import type { Message } from '../../schema/records/message.ts';
import { type Config, hasEdge, inChartOrder, mayWriteTo } from '../model/config.ts';
import type { Cause } from '../model/entry.ts';
import type { Task } from '../model/state/tasks.ts';

/** The names to which a message goes, or the rule that refuses it. */
export type Recipients = { ok: true; names: string[] } | { ok: false; rule: string; text: string };

/**
 * Resolves `*`, `@unit` and names by the chart, in chart order. A name without an edge refuses the whole message; `*` and
 * `@unit` reach only those to whom there is an edge.
 */
export function resolveRecipients(config: Config, from: string, to: readonly string[]): Recipients {
  const chosen = new Set<string>();
  for (const name of to) {
    const wide =
      name === '*' ? mayWriteTo(config, from) : name.startsWith('@') ? config.units.get(name.slice(1))?.members : null;
    if (wide === undefined) return noEdge(config, from, to, `There is no unit ${show(name)}.`);
    if (wide) for (const other of wide) hasEdge(config, from, other) && chosen.add(other);
    else if (!hasEdge(config, from, name)) return noEdge(config, from, to, whyNot(config, from, name));
    else chosen.add(name);
  }
  if (chosen.size === 0)
    return noEdge(
      config,
      from,
      to,
      `The chart lets you write to nobody in ${to.slice(0, SHOWN_NAMES).map(show).join(', ') || 'an empty list'}.`,
    );
  return { ok: true, names: inChartOrder(config, [...chosen], (name) => name) };
}

function whyNot(config: Config, from: string, to: string): string {
  if (to === from) return 'You cannot write to yourself.';
  return config.agents.has(to) ? `The chart does not let ${from} write to ${to}.` : `There is no agent ${show(to)}.`;
}

/** Names in a refusal at most. */
const SHOWN_NAMES = 20;

function noEdge(config: Config, from: string, to: readonly string[], why: string): Recipients {
  const reachable = mayWriteTo(config, from);
  const more = reachable.length > SHOWN_NAMES ? ' and others' : '';
  const names = reachable.slice(0, SHOWN_NAMES).join(', ') || 'nobody';
  const all = to.length > 1 ? ' So the message was not sent to anyone.' : '';
  return { ok: false, rule: 'edge', text: `${why}${all} You can write to: ${names}${more}.` };
}

function show(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}

/** The options of a new message besides its body. */
export interface MessageOptions {
  to: string[];
  body: string;
  subject?: string | undefined;
  kind?: Message['kind'] | undefined;
  priority?: Message['priority'] | undefined;
  reply_to?: string | undefined;
  thread?: string | undefined;
  expires?: number | undefined;
  task?: string | undefined;
  via?: string | undefined;
  attachments?: string[] | undefined;
  asks?: string | undefined;
}

/**
 * Completes a message to its canonical form. Without `reply_to` it answers the latest of the given mail from one of its
 * recipients; its thread is that of the message it answers, else the one thread of the given mail, else its own id. `known`:
 * what `reply_to` names, if that is a message that its author wrote or was given before.
 */
export function composeMessage(
  from: string,
  turn: number,
  n: number,
  options: MessageOptions,
  given: readonly Cause[],
  hops: number,
  known?: Pick<Message, 'id' | 'thread' | 'subject'>,
): Message {
  const id = messageId(turn, from, n);
  const answered =
    given.find((mail) => mail.id === options.reply_to) ??
    known ??
    (options.reply_to === undefined ? given.findLast((mail) => options.to.includes(mail.from)) : undefined);
  const threads = new Set(given.map((mail) => mail.thread));
  const only = threads.size === 1 ? given[0]?.thread : undefined;
  const subject = options.subject ?? (answered?.subject ? reSubject(answered.subject) : firstLine(options.body));
  const replyTo = options.reply_to ?? answered?.id;
  return {
    id,
    from,
    to: options.to,
    turn,
    kind: options.kind ?? 'message',
    subject,
    priority: options.priority ?? 'normal',
    thread: options.thread ?? answered?.thread ?? (options.reply_to === undefined ? only : undefined) ?? id,
    ...defined({ reply_to: replyTo, expires: options.expires }),
    hops,
    ...defined({ task: options.task, via: options.via }),
    ...(options.attachments?.length ? { attachments: options.attachments } : {}),
    ...defined({ asks: options.asks }),
    path: messagePath(from, turn, n, options.to[0] ?? 'nobody', subject),
    body: canonicalBody(options.body.trimEnd()),
  };
}

/** `agents/planner/outbox/000042-01-coder_01-build-the-login.md`. */
export function messagePath(from: string, turn: number, n: number, to: string, subject: string): string {
  return `agents/${from}/outbox/${padTurn(turn)}-${String(n).padStart(2, '0')}-${to}-${slug(subject)}.md`;
}

/** Where a message, or a file that came with it, lies in the archive: one folder for every thousand turns. */
export function archivePath(path: string): string {
  const cut = path.lastIndexOf('/', FOLDER.test(path) ? path.lastIndexOf('/') - 1 : undefined);
  const turn = Number.parseInt(path.slice(cut + 1), 10);
  return `${path.slice(0, cut)}/archive/${String(Math.floor(turn / 1000)).padStart(4, '0')}/${path.slice(cut + 1)}`;
}
const FOLDER = /^agents\/[^/]+\/outbox\/[^/]+\.files\//;

/** The message to which a file of an outbox belongs, by its name: `000042-01-...`, `000042-01.files/...`. Null for any other. */
export function messageOf(path: string): { turn: number; author: string; n: number } | null {
  const [, author = '', turn, n] = /^agents\/([^/]+)\/outbox\/(\d{6,})-(\d{2,})(?:-|\.files\/)/.exec(path) ?? [];
  return turn === undefined ? null : { turn: Number(turn), author, n: Number(n) };
}

/** The folder of the files that come with a message: `agents/planner/outbox/000042-01.files`. No program reads mail there. */
export function filesFolder(from: string, turn: number, n: number): string {
  return `agents/${from}/outbox/${padTurn(turn)}-${String(n).padStart(2, '0')}.files`;
}

function reSubject(subject: string): string {
  return /^re: /i.test(subject) ? subject : cut(`Re: ${subject}`, 200);
}

/** The first line with words in it, without markdown's heading marks. */
export function firstLine(body: string): string {
  const line =
    body
      .slice(0, 2000)
      .split(/[\r\n\u0085\u2028\u2029]/, 50)
      .find((l) => l.trim() !== '') ?? '';
  return cut(line.trim().replace(/^#+/, '').trimStart(), 80).trimEnd() || 'message';
}

/** Length of the chain that messages and tasks of a visit continue: 1 + the largest among the mail and the task that it was given. */
export function hopsAfter(given: readonly Cause[], task?: Pick<Task, 'hops'>): number {
  let most = task?.hops ?? 0;
  for (const mail of given) if (mail.hops > most) most = mail.hops;
  return most + 1;
}
