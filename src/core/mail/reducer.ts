/** What lines about mail do to the state. */
import { copyWith } from '../../schema/copy.ts';
import { cut } from '../../schema/print.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Effect, Entry } from '../model/entry.ts';
import { hearMail, unhearMail } from '../model/runs/runs.ts';
import { noteAct } from '../model/state/acts.ts';
import { type Mail, type MailState, TAIL_CHARS, TAIL_LENGTH, type ThreadMessage } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';
import { forgetDenials } from '../rights/denied.ts';
import { noteAttached } from './attachments.ts';
import { forgetDead } from './former-dead-letters.ts';
import { changeKept, forgetKnown, learnWritten } from './known.ts';
import { settleWork } from './notices.ts';
import { forgetDebts, payDebts } from './owed.ts';
import type { Collected } from './routes/route.ts';

/** Conversations kept for prompts, the latest ones: in all, and for each agent. */
const KEPT_THREADS = 2000;
const THREADS_EACH = 4;

/** Takes in a message that was found in the outbox of a person. */
export function addDrop(
  state: State,
  { found, mends, message, attached = [], digest }: Extract<Entry, { k: 'drop' }>,
): void {
  state.dead.aside.delete(found);
  if (mends !== undefined) forgetDead(state, mends);
  ownPaths(state.mail, message.from).add(message.path);
  forgetDenials(state, message);
  addMail(state, message, { digest });
  noteAttached(state, message, attached, false);
}

function ownPaths({ own }: MailState, person: string): Set<string> {
  const paths = own.get(person) ?? new Set();
  own.set(person, paths);
  return paths;
}

/** An agent sent a message. */
export function addSent(state: State, message: Message, more: SentMore = {}): void {
  learnWritten(state, addMail(state, message, more));
  noteMessage(state, message);
}

/** What a line says of a message besides the message. */
type SentMore = Pick<Partial<Extract<Effect, { k: 'sent' }>>, 'made' | 'tainted' | 'digest'>;

/** A message was sent: it waits for each of its recipients. One that became tasks alone waits for nobody. */
function addMail(state: State, message: Message, { made, tainted, digest = {} }: SentMore): Mail {
  const taint = tainted ? { tainted: true as const } : taintedBy(state, message.from);
  const mail: Mail = { waiting: [...message.to], attempts: {}, ...message, ...taint };
  const slice = state.mail;
  if (mail.to.length > 0) slice.waiting.set(mail.id, mail);
  const name = mail.path.slice(mail.path.lastIndexOf('/') + 1);
  const file = made === undefined ? name : `${made}/${name}`;
  for (const to of mail.to) {
    enqueue(slice, to, mail);
    slice.received.set(`${to} ${mail.id}`, file);
    if (digest[to]) collect(state, to, mail.id, digest[to]);
  }
  hearMail(state.runs, mail.to, mail);
  addToThread(slice, mail);
  payDebts(state, mail);
  slice.activeTurn = state.clock.turn + 1;
  slice.sent++;
  return mail;
}

/** Collects a message for a reader. Once there are as many as it is to be given at once, all may be given. */
function collect({ mail, clock }: State, reader: string, id: string, { turn, count = Infinity }: Collected): void {
  const waiting = (mail.collected.get(reader) ?? []).filter((one) => one.turn > clock.turn + 1);
  const all = [...waiting, { id, turn }];
  if (all.length < count) mail.collected.set(reader, all);
  else mail.collected.delete(reader);
}

/** Its author is told of it in later visits. */
function noteMessage({ acts, clock }: State, { id, from, kind, subject, to }: Message): void {
  noteAct(acts, from, { turn: clock.turn + 1, did: 'sent', things: [id], message: { kind, subject, to } });
}

/** Marks a message whose author has read words of strangers. */
export function taintedBy(state: State, author: string): Pick<Mail, 'tainted'> {
  return state.rights.tainted.has(author) ? { tainted: true } : {};
}

/** Appends a message to an inbox. */
export function enqueue({ inbox, quiet, expiring }: MailState, name: string, { id, kind, expires }: Mail): void {
  const ids = inbox.get(name);
  if (ids) ids.push(id);
  else inbox.set(name, [id]);
  if (kind === 'notice') quiet.set(name, (quiet.get(name) ?? 0) + 1);
  if (expires !== undefined) expiring.set(id, expires);
}

function dequeue({ inbox, collected }: MailState, name: string, ids: ReadonlySet<string>): void {
  const left = inbox.get(name)?.filter((id) => !ids.has(id)) ?? [];
  if (left.length) inbox.set(name, left);
  else inbox.delete(name);
  const later = collected.get(name)?.filter(({ id }) => !ids.has(id));
  if (later?.length) collected.set(name, later);
  else if (later) collected.delete(name);
}

function addToThread({ threads }: MailState, { thread, id, from, to, subject, body }: Mail): void {
  const tail = threads.get(thread) ?? [];
  threads.delete(thread); // the latest stand last
  threads.set(thread, tail);
  tail.push({ id, from, to, subject, body: beginningOf(body) });
  if (tail.length > TAIL_LENGTH) tail.shift();
}

/** The beginning of a body, as a copy, because a slice of a string keeps all of it in memory. */
function beginningOf(body: string): string {
  return body.length <= TAIL_CHARS ? body : Buffer.from(cut(body, TAIL_CHARS)).toString();
}

/** Removes delivered mail from a recipient's inbox. Mail for which nobody waits is forgotten (its file stays). */
export function deliver(state: State, name: string, ids: readonly string[]): void {
  const slice = state.mail;
  if (ids.length > 0) dequeue(slice, name, new Set(ids));
  for (const id of ids) {
    const mail = slice.waiting.get(id);
    if (!mail) continue;
    settleWork(state, name, mail);
    const waiting = mail.waiting.filter((other) => other !== name);
    if (mail.kind === 'notice' && waiting.length < mail.waiting.length) hush(slice, name);
    if (waiting.length > 0) {
      const { waiting: _, ...rest } = mail;
      slice.waiting.set(id, { waiting, ...rest });
    } else {
      slice.waiting.delete(id);
      slice.expiring.delete(id);
    }
  }
}

function hush({ quiet }: MailState, name: string): void {
  const left = (quiet.get(name) as number) - 1;
  if (left > 0) quiet.set(name, left);
  else quiet.delete(name);
}

/** A person changed the file of a message that somebody still waits for. */
export function editMail(state: State, edit: Extract<Entry, { k: 'mail' }>): void {
  const mail = state.mail.waiting.get(edit.id);
  if (!mail) return;
  const { subject: _, body: __, priority: ___, edited: ____, ...rest } = mail;
  const { subject, body, priority } = edit;
  const edited = { subject, body, priority, edited: state.clock.turn + 1, ...rest };
  state.mail.waiting.set(edit.id, edited);
  changeKept(state, edited);
  const said = state.mail.threads.get(mail.thread)?.find((m) => m.id === edit.id);
  if (said) Object.assign(said, { subject, body: beginningOf(body) });
}

/** A person deleted the file of a message. */
export function withdraw(state: State, id: string): void {
  const names = state.mail.waiting.get(id)?.waiting ?? [];
  unhearMail(state.runs, names, id);
  for (const name of names) deliver(state, name, [id]);
}

/** Withdraws a message from recipients, and from their conversations. */
export function takeBack(state: State, id: string, names: readonly string[]): void {
  for (const name of names) forgetDebts(state, name, id);
  const mail = state.mail.waiting.get(id);
  if (!mail) return;
  unhearMail(state.runs, names, id);
  for (const name of names) deliver(state, name, [id]);
  const to = mail.to.filter((name) => !names.includes(name));
  if (to.length === 0) forgetKnown(state, mail.from, id);
  const tail = state.mail.threads.get(mail.thread) ?? [];
  const said = tail.findIndex((one) => one.id === id);
  if (said < 0) return;
  tail.splice(said, 1, ...(to.length ? [copyWith(tail[said] as ThreadMessage, { to })] : []));
}

/** Keeps the latest conversations. */
export function forgetThreads(state: State): void {
  let surplus = state.mail.threads.size - Math.max(KEPT_THREADS, THREADS_EACH * state.staff.agents.size);
  for (const id of state.mail.threads.keys())
    if (surplus-- > 0) state.mail.threads.delete(id);
    else break;
}
