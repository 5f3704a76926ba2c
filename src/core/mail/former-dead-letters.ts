import type { DeadLetter, State } from '../model/state.ts';
import { settleNotices } from './notices.ts';

/** A dead letter that is there now, in place of an earlier one of its id. */
export function noteDead(state: State, dead: DeadLetter): void {
  const before = state.dead.get(dead.id);
  if (before) countOff(state, before);
  state.chains.set(dead.chain, (state.chains.get(dead.chain) ?? 0) + 1);
  state.dead.set(dead.id, dead);
}

function countOff(state: State, { chain }: DeadLetter): void {
  const left = (state.chains.get(chain) as number) - 1;
  if (left > 0) state.chains.set(chain, left);
  else state.chains.delete(chain);
}

/** A dead letter is settled. */
export function forgetDead(state: State, id: string): void {
  const dead = state.dead.get(id);
  if (!dead) return;
  state.dead.delete(id);
  countOff(state, dead);
  settleNotices(state, id);
  if (dead.message !== null) state.undelivered.delete(`${dead.message} ${id}`);
  else forgetAstray(state, dead.path, id);
}

function forgetAstray(state: State, path: string, id: string): void {
  const left = (state.astray.get(path) ?? []).filter((one) => one !== id);
  if (left.length) state.astray.set(path, left);
  else state.astray.delete(path);
}
