/** Keeps the indexes of dead letters in the state up to date. */
import type { DeadLetter, DeadLettersState } from '../model/state/dead-letters.ts';
import type { State } from '../model/state.ts';
import { settleNotices } from './notices.ts';

/** Adds a dead letter, in place of an earlier one of its id. */
export function noteDead({ letters, chains }: DeadLettersState, dead: DeadLetter): void {
  const before = letters.get(dead.id);
  if (before) countOff(chains, before);
  chains.set(dead.chain, (chains.get(dead.chain) ?? 0) + 1);
  letters.set(dead.id, dead);
}

function countOff(chains: DeadLettersState['chains'], { chain }: DeadLetter): void {
  const left = (chains.get(chain) as number) - 1;
  if (left > 0) chains.set(chain, left);
  else chains.delete(chain);
}

/** Removes a settled dead letter. */
export function forgetDead(state: State, id: string): void {
  const { letters, chains, undelivered, astray } = state.dead;
  const dead = letters.get(id);
  if (!dead) return;
  letters.delete(id);
  countOff(chains, dead);
  settleNotices(state, id);
  if (dead.message !== null) undelivered.delete(`${dead.message} ${id}`);
  else forgetAstray(astray, dead.path, id);
}

function forgetAstray(astray: DeadLettersState['astray'], path: string, id: string): void {
  const left = (astray.get(path) ?? []).filter((one) => one !== id);
  if (left.length) astray.set(path, left);
  else astray.delete(path);
}
