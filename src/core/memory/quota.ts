/** Chooses which old entries go to the archive. */
import type { Config } from '../model/config.ts';
import type { Effect } from '../model/entry.ts';
import type { State } from '../model/state.ts';
import { archivedPath, barredFolder, entriesOf, memoryOwner, SHARED } from './entry.ts';

/**
 * The moves that keep memories small: when an agent has more than `limits.memory_live` entries, its oldest ones that are
 * not pinned go to its archive unchanged. Entries written in this turn stay. Pure.
 */
export function archiveOverQuota(config: Config, state: State, effects: readonly Effect[]): Effect[] {
  const written = new Map(effects.flatMap((effect) => (effect.k === 'wrote' ? [[effect.path, effect.text]] : [])));
  const owners = new Set([...state.memory.entries.keys(), ...[...written.keys()].map(memoryOwner)]);
  return [...owners].flatMap((owner) =>
    owner === null || owner === SHARED || !config.agents.has(owner)
      ? []
      : oldOf(state, owner, config.org.limits.memory_live, written),
  );
}

function oldOf(state: State, agent: string, most: number, written: ReadonlyMap<string, string | null>): Effect[] {
  const paths = state.memory.entries.get(agent) ?? new Set();
  const fresh = [...written].filter(([path, text]) => text !== null && isLive(path, agent)).length;
  if (paths.size + fresh <= most) return [];
  const old = entriesOf(state, agent).filter(({ path, archived }) => !archived && !written.has(path));
  const surplus = Math.max(0, old.length + fresh - most);
  return old
    .filter(({ pin, path }) => !pin && !paths.has(archivedPath(path)) && !barredFolder(state, archivedPath(path)))
    .slice(0, surplus)
    .map(({ path }) => ({ k: 'moved', from: path, to: archivedPath(path) }));
}

function isLive(path: string, agent: string): boolean {
  return memoryOwner(path) === agent && !path.startsWith(archivedPath(`agents/${agent}/memory/`));
}
