import type { Message } from '../../schema/message.ts';
import type { Effect, Entry } from '../entry.ts';
import type { Mail, State } from '../state.ts';
import type { Unplaced } from '../unplaced.ts';
import { unanswer } from './approvals.ts';
import { deliver, enqueue, taintedBy } from './mail.ts';
import { notify } from './notices.ts';

/** A file that cannot be read as a message. */
export function setAside(state: State, entry: Extract<Entry, { k: 'aside' }>): void {
  unanswer(state, entry.path);
  state.aside.set(entry.path, entry.mark);
  state.dead.set(entry.id, {
    id: entry.id,
    message: null,
    to: [],
    from: entry.owner,
    path: entry.path,
    turn: state.turn + 1,
    reason: entry.reason,
    detail: entry.detail,
  });
}

/** A file that could not be put in its place, or taken away: its owner hears of it, and mail lies where it is kept. */
export function setUnplaced(state: State, entry: Unplaced): void {
  const { id, path, kept, owner, detail, mark, turn } = entry;
  if (mark !== undefined) state.aside.set(path, mark);
  state.dead.set(id, { id, message: null, to: [], from: owner, path, turn, reason: 'unplaced', detail });
  if (kept !== null)
    for (const one of [...state.mail.values(), ...state.dead.values()])
      if (one.path === path && one.id !== id) one.path = kept;
  if (owner !== 'org') notify(state, owner, 'refused', detail);
}

/** A message that somebody will never get. */
export function bury(state: State, effect: Extract<Effect, { k: 'dead' }>): void {
  const { id, message, from, to, path, turn, reason } = effect.record;
  const before = state.dead.get(id);
  state.dead.set(id, {
    id,
    message,
    from,
    path,
    turn,
    reason,
    detail: effect.detail,
    to: [...(before?.to ?? []), ...to],
  });
  if (message) for (const name of to) deliver(state, name, [message]);
}

/** Sends a dead message once more. */
export function revive(state: State, id: string, message: Message, to: string[]): void {
  state.dead.delete(id);
  state.revive.delete(id);
  const there = state.mail.get(message.id);
  const mail: Mail = there ?? { ...message, hops: 0, waiting: [], attempts: {}, ...taintedBy(state, message.from) };
  mail.hops = 0;
  delete mail.expires;
  for (const name of to) {
    if (mail.waiting.includes(name)) continue;
    mail.waiting.push(name);
    delete mail.attempts[name];
    enqueue(state, name, mail.id);
  }
  state.mail.set(mail.id, mail);
}

/** A set-aside file is simply looked at again; a dead message waits for the freeze that reads its file. */
export function askRevival(state: State, id: string): void {
  const dead = state.dead.get(id);
  if (!dead) return;
  if (dead.message !== null) state.revive.set(id, dead.to);
  else {
    state.aside.delete(dead.path);
    state.dead.delete(id);
  }
}
