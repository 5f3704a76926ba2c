/** Which messages an agent knows: those that it wrote, and those that it was given. */
import { cut } from '../../schema/print.ts';
import { latestFirst } from '../model/maps/spill-order.ts';
import { KEPT_CHARS, type KeptMail, type KnownMail, type Mail, type MailState } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';

/** A list of recent messages that is longer is shortened to the latest, and those that belong to the latest conversations. */
const MOST_RECENT = 36;
/** So many of the latest messages always stay. */
export const LATEST_KEPT = 8;
const LATEST_THREADS = 8;
const LATEST_PEOPLE = 3;
/** Recipients that are kept of a message. */
const KEPT_NAMES = 5;

/** An agent was given these messages. Only a visit that ended well gives mail: a cut or failed one is given it again. */
export function learnAll(state: State, agent: string, ids: readonly string[]): void {
  for (const id of ids) {
    const mail = state.mail.waiting.get(id);
    if (mail?.waiting.includes(agent)) learn(state, agent, mail);
  }
}

/** An agent comes to know a message. */
function learn(state: State, agent: string, mail: Mail): void {
  note(state, agent, mail, (state.mail.texts.get(mail.id)?.holders ?? 0) + 1);
}

/** An agent wrote a message: nobody else knows it yet. */
export function learnWritten(state: State, mail: Mail): void {
  note(state, mail.from, mail, 1);
}

function note(state: State, agent: string, mail: Mail, holders: number): void {
  const { known, recent, texts } = state.mail;
  known.set(`${agent} ${mail.id}`, knownOf(mail));
  const kept = keptOf(mail, holders);
  texts.set(mail.id, kept);
  const ids = recent.get(agent) ?? [];
  if (ids.length === 0) recent.set(agent, ids);
  const heads = listOf(state.mail, agent, ids);
  if (heads.length === ids.length) addHead(heads, kept);
  if (ids.push(mail.id) > MOST_RECENT) shorten(state, agent, ids);
}

function knownOf({ thread, tainted, edited }: Mail): KnownMail {
  const known: KnownMail = { thread };
  if (tainted) known.tainted = true;
  if (edited !== undefined) known.edited = edited;
  return known;
}

function keptOf({ id, from, to, kind, thread, subject, body }: Mail, holders: number): KeptMail {
  const names = to.length > KEPT_NAMES ? to.slice(0, KEPT_NAMES) : to;
  return { holders, id, from, to: names, kind, thread, subject, body: beginningOf(body), size: body.length };
}

/** A copy, because a slice of a string keeps all of it in memory. */
function beginningOf(body: string): string {
  return body.length <= KEPT_CHARS ? body : Buffer.from(cut(body, KEPT_CHARS)).toString();
}

/** What a message is about, without its text. */
export type MailHead = Pick<KeptMail, 'id' | 'from' | 'to' | 'kind' | 'thread'>;

/** The messages that prompts of an agent may show, in the order in which it came to know them. */
export function recentOf({ mail }: State, agent: string): readonly MailHead[] {
  const ids = mail.recent.get(agent);
  return ids ? headsOf(mail, agent, ids) : [];
}

/** The text of a message that prompts may show. */
export function textOf({ mail }: State, id: string): KeptMail {
  return mail.texts.get(id) as KeptMail;
}

/**
 * Heads of the messages in a list of `recent`, as far as they were read: a visit asks for all of them, and shows few. They
 * never change, and a list changes only at its end; a shorter one is a new list.
 */
const readHeads = new WeakMap<MailState['recent'], Map<string, { ids: readonly string[]; heads: MailHead[] }>>();

function headsOf(mail: MailState, agent: string, ids: readonly string[]): readonly MailHead[] {
  const heads = listOf(mail, agent, ids);
  for (let i = heads.length; i < ids.length; i++) addHead(heads, mail.texts.get(ids[i] as string) as KeptMail);
  return heads;
}

/** Those that were read. */
function listOf({ recent }: MailState, agent: string, ids: readonly string[]): MailHead[] {
  const lists = readHeads.get(recent) ?? new Map<string, { ids: readonly string[]; heads: MailHead[] }>();
  const known = lists.get(agent);
  if (known?.ids === ids) return known.heads;
  const heads: MailHead[] = [];
  readHeads.set(recent, lists.set(agent, { ids, heads }));
  return heads;
}

/** A message that stands in a list twice has one head. */
function addHead(heads: MailHead[], { id, from, to, kind, thread }: MailHead): void {
  heads.push(heads.find((head) => head.id === id) ?? { id, from, to, kind, thread });
}

/** What gave an agent its work in a conversation: the first message, and the latest task or request. */
export function tasksIn(said: readonly MailHead[], agent: string, thread: string): MailHead[] {
  const first = said.find((mail) => mail.thread === thread);
  const asked = said.findLast((mail) => mail.thread === thread && mail.from !== agent && isTask(mail));
  return [first, asked].filter((mail) => mail !== undefined);
}

function isTask({ kind }: MailHead): boolean {
  return kind === 'task' || kind === 'request';
}

/** The last message of somebody to an agent, and the agent's last to them. */
export function exchangeWith(said: readonly MailHead[], agent: string, other: string): MailHead[] {
  const got = said.findLast(({ from }) => from === other);
  const wrote = said.findLast(({ from, to }) => from === agent && to.includes(other));
  return [got, wrote].filter((mail) => mail !== undefined);
}

function shorten(state: State, agent: string, ids: readonly string[]): void {
  const said = recentOf(state, agent);
  const late = said.toReversed();
  const threads = [...new Set(late.map(({ thread }) => thread))].slice(0, LATEST_THREADS);
  const people = [...new Set(late.map(({ from }) => from))].filter((name) => state.mail.own.has(name));
  const kept = new Set([
    ...said.slice(-LATEST_KEPT),
    ...threads.flatMap((thread) => tasksIn(said, agent, thread)),
    ...people.slice(0, LATEST_PEOPLE).flatMap((person) => exchangeWith(said, agent, person)),
  ]);
  for (const mail of said) if (!kept.has(mail)) release(state, textOf(state, mail.id));
  const left = said.flatMap((mail, i) => (kept.has(mail) ? [ids[i] as string] : []));
  state.mail.recent.set(agent, left);
}

function release({ mail: { texts } }: State, { holders, id, ...rest }: KeptMail): void {
  if (holders > 1) texts.set(id, { holders: holders - 1, id, ...rest });
  else texts.delete(id);
}

/** A person changed a message: whoever knows it, its author, knows it as it is now. */
export function changeKept({ mail: { known, texts } }: State, mail: Mail): void {
  const name = `${mail.from} ${mail.id}`;
  if (known.get(name)) known.set(name, knownOf(mail));
  const kept = texts.get(mail.id);
  if (kept) texts.set(mail.id, keptOf(mail, kept.holders));
}

/** An agent does not know a message any more. */
export function forgetKnown(state: State, agent: string, id: string): void {
  const { known, recent, texts } = state.mail;
  if (!known.delete(`${agent} ${id}`)) return;
  const ids = recent.get(agent) ?? [];
  if (!ids.includes(id)) return;
  release(state, texts.get(id) as KeptMail);
  const left = ids.filter((one) => one !== id);
  if (left.length) recent.set(agent, left);
  else recent.delete(agent);
}

/** An agent left: whoever bears its name next knows nothing of its mail. */
export function forgetAllKnown(state: State, agent: string): void {
  for (const id of [...knownTo(state, agent)]) forgetKnown(state, agent, id);
}

/** Ids of all messages that an agent knows, the latest first. */
export function* knownTo({ mail, clock }: State, agent: string): Generator<string> {
  for (const [id] of latestFirst(mail.known, agent, clock.turn + 1)) yield id;
}

/** A message to which an agent answers: its conversation, and its subject if it is still kept. */
export function answeredBy(
  { mail: { known, texts } }: State,
  agent: string,
  id: string | undefined,
): { id: string; thread: string; subject: string } | undefined {
  const found = id === undefined ? undefined : known.get(`${agent} ${id}`);
  return found && id !== undefined ? { id, thread: found.thread, subject: texts.get(id)?.subject ?? '' } : undefined;
}
