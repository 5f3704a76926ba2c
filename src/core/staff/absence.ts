/** What the state keeps of agents whose folder is gone. */
import { awayOf, mailFor, settleNotices } from '../mail/notices.ts';
import type { Entry } from '../model/entry.ts';
import type { State } from '../model/state.ts';

/** The folder of an agent is gone or closed. What the journal holds of the agent stays. */
export function leave(state: State, { agent, since, why, out }: Extract<Entry, { k: 'absent' }>): void {
  state.staff.absent.set(agent, { since, why, ...(out && { out }) });
}

/** The folder of an agent is back: mail that could not be delivered meanwhile is delivered now. */
export function comeBack(state: State, agent: string): void {
  state.staff.absent.delete(agent);
  settleNotices(state, awayOf(agent));
  settleNotices(state, mailFor(agent));
  for (const { id, message, reason, to } of state.dead.letters.values())
    if (message !== null && reason === 'no-agent' && to.includes(agent)) state.dead.revive.set(id, to);
}

/** Remembers a turn whose files in that folder are made when the folder is back. */
export function defer(state: State, { agent, turn }: Extract<Entry, { k: 'deferred' }>): void {
  const turns = state.staff.deferred.get(agent) ?? [];
  if (!turns.includes(turn)) state.staff.deferred.set(agent, [...turns, turn]);
}
