import type { State } from '../state.ts';

/** A dead letter is settled. */
export function forgetDead(state: State, id: string): void {
  const dead = state.dead.get(id);
  if (!dead) return;
  state.dead.delete(id);
  if (dead.message !== null) state.undelivered.delete(`${dead.message} ${id}`);
  else forgetAstray(state, dead.path, id);
}

function forgetAstray(state: State, path: string, id: string): void {
  const left = (state.astray.get(path) ?? []).filter((one) => one !== id);
  if (left.length) state.astray.set(path, left);
  else state.astray.delete(path);
}
