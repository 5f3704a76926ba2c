/** How often an agent may load a skill. */
import type { OrgFile, SkillLimit } from '../../schema/config/org.ts';
import type { State } from '../model/state.ts';
import type { ActContext } from '../model/tool.ts';

/** The limit of a skill in org.yaml; undefined for no limit. */
export function limitOf({ skills }: Pick<OrgFile, 'skills'>, skill: string): SkillLimit | undefined {
  return Object.hasOwn(skills.limits, skill) ? skills.limits[skill] : undefined;
}

/** `1 a turn, 5 a day`. */
export function printLimit({ per_turn, per_day }: SkillLimit): string {
  const parts = [per_turn !== undefined && `${per_turn} a turn`, per_day !== undefined && `${per_day} a day`];
  return parts.filter(Boolean).join(', ');
}

/**
 * Why an agent may not load a skill again; null when it may. The visit's own loads count, and those of the same UTC date.
 */
export function overLimit({ config, state, agent, draft }: ActContext, skill: string): string | null {
  const limit = limitOf(config.org, skill);
  if (limit === undefined) return null;
  const { per_turn = Infinity, per_day = Infinity } = limit;
  const now = draft.loaded.filter((id) => id === skill).length;
  if (now < per_turn && now + loadsOf(state, agent, skill) < per_day) return null;
  return `You have reached the limit for loading ${skill}: ${printLimit(limit)}.`;
}

/** How often an agent has loaded a skill on the day of the last turn. */
export function loadsOf({ skills }: Pick<State, 'skills'>, agent: string, skill: string): number {
  return skills.loads.get(keyOf(agent, skill)) ?? 0;
}

/** Counts a load of a visit, even of a failed one: the agent was shown the text. */
export function countLoad({ skills: { loads } }: State, agent: string, skill: string): void {
  const key = keyOf(agent, skill);
  loads.set(key, (loads.get(key) ?? 0) + 1);
}

function keyOf(agent: string, skill: string): string {
  return `${agent} ${skill}`;
}
