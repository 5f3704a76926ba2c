/** What lines about dead letters and set-aside files do to the state. */
import { messageId } from '../../schema/name.ts';
import type { Message } from '../../schema/records/message.ts';
import { unanswer } from '../approvals/reducer.ts';
import { chainOf } from '../mail/chain.ts';
import { forgetDead, noteDead } from '../mail/former-dead-letters.ts';
import { notify } from '../mail/notices.ts';
import { deliver, enqueue, taintedBy } from '../mail/reducer.ts';
import type { Effect, Entry } from '../model/entry.ts';
import { type DeadLetter, deadOf } from '../model/state/dead-letters.ts';
import type { Mail } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';
import type { Unplaced } from './unplaced.ts';

/** A file that cannot be read as a message. */
export function setAside(state: State, entry: Extract<Entry, { k: 'aside' }>): void {
  unanswer(state, entry.path);
  state.dead.aside.set(entry.path, entry.mark);
  state.dead.astray.set(entry.path, [...(state.dead.astray.get(entry.path) ?? []), entry.id]);
  noteDead(state.dead, {
    id: entry.id,
    message: null,
    to: [],
    from: entry.owner,
    path: entry.path,
    turn: state.clock.turn + 1,
    reason: entry.reason,
    detail: entry.detail,
    chain: entry.id,
  });
}

/** A file that could not be put in its place or removed: its owner is told, and mail lies where it is kept. */
export function setUnplaced(state: State, entry: Unplaced): void {
  const { id, path, kept, owner, detail, mark, turn } = entry;
  if (mark !== undefined) state.dead.aside.set(path, mark);
  if (kept !== null) relocate(state, path, kept);
  state.dead.astray.set(path, [...(state.dead.astray.get(path) ?? []), id]);
  noteDead(state.dead, { id, message: null, to: [], from: owner, path, turn, reason: 'unplaced', detail, chain: id });
  if (owner !== 'org') notify(state, owner, 'refused', detail);
}

/** Records that what was expected at a path lies elsewhere: a message goes by its name, a set-aside file by its place. */
function relocate(state: State, path: string, kept: string): void {
  const id = messageAt(path);
  const mail = id === null ? undefined : state.mail.waiting.get(id);
  if (mail?.path === path) state.mail.waiting.set(mail.id, withPath(mail, kept));
  const aside = (state.dead.astray.get(path) ?? []).map((one) => state.dead.letters.get(one) as DeadLetter);
  for (const dead of [...(id === null ? [] : deadOf(state.dead, id)), ...aside])
    if (dead.path === path) state.dead.letters.set(dead.id, withPath(dead, kept));
  if (aside.length)
    state.dead.astray.set(
      kept,
      aside.map(({ id }) => id),
    );
  state.dead.astray.delete(path);
}

function withPath<T extends { path: string }>(record: T, path: string): T {
  return Object.assign({}, record, { path });
}

/** The id of the message whose file bears that name. */
function messageAt(path: string): string | null {
  const [, author, turn, n] = /^agents\/([^/]+)\/outbox\/(\d{6,})-(\d{2,})-[^/]*$/.exec(path) ?? [];
  return author === undefined ? null : messageId(Number(turn), author, Number(n));
}

/** A recipient will never get a message. */
export function bury(state: State, effect: Extract<Effect, { k: 'dead' }>): void {
  const { id, message, from, to, path, turn, reason } = effect.record;
  const before = state.dead.letters.get(id);
  if (reason === 'attempts') state.dead.gaveUp = turn;
  const thread = message === null ? null : (state.mail.waiting.get(message)?.thread ?? message);
  noteDead(state.dead, {
    id,
    message,
    from,
    path,
    turn,
    reason,
    detail: effect.detail,
    to: [...(before?.to ?? []), ...to],
    chain: chainOf(thread, { id, reason, to }),
  });
  if (message === null) return;
  if (!before) state.dead.undelivered.set(`${message} ${id}`, 1);
  for (const name of to) deliver(state, name, [message]);
}

/** Sends a dead letter once more. */
export function revive(state: State, id: string, message: Message, to: string[]): void {
  forgetDead(state, id);
  state.dead.revive.delete(id);
  const there = state.mail.waiting.get(message.id);
  const fresh: Mail = { waiting: [], attempts: {}, ...message, ...taintedBy(state, message.from) };
  const { expires: _, hops: __, waiting: waits, attempts: tries, ...rest }: Mail = there ?? fresh;
  const mail: Mail = { hops: 0, waiting: [...waits], attempts: { ...tries }, ...rest };
  if (!there) mail.edited = state.clock.turn + 1; // its text is that of its file
  state.mail.expiring.delete(mail.id);
  for (const name of to) {
    if (mail.waiting.includes(name)) continue;
    mail.waiting.push(name);
    delete mail.attempts[name];
    enqueue(state.mail, name, mail);
  }
  state.mail.waiting.set(mail.id, mail);
}

/**
 * A set-aside file is simply looked at again. A dead letter waits for the freeze that reads its file. A file that was taken
 * in and could not be removed is not taken in again.
 */
export function askRevival(state: State, id: string): void {
  const dead = state.dead.letters.get(id);
  if (!dead) return;
  if (dead.message !== null) state.dead.revive.set(id, dead.to);
  else {
    if (dead.reason !== 'unplaced') state.dead.aside.delete(dead.path);
    forgetDead(state, id);
  }
}
