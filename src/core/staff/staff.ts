/** Who hired whom, and why somebody cannot be hired or retired. */
import { isName } from '../../schema/name.ts';
import type { Config } from '../model/config.ts';
import { isPersonIn } from '../model/config.ts';
import { retiredPath } from '../model/paths.ts';
import { agentState, type Hired } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';
import { balanceOf, countCredits } from '../money/ledger.ts';

/** Who hired whom: agents that were hired and are still there. */
export type Staff = ReadonlyMap<string, Hired>;

/** Why something is impossible: the rule, and an explanation. */
export interface Trouble {
  rule: string;
  text: string;
}

/** All agents that an agent hired, and those that they hired; the last hired first. */
export function teamOf(staff: Staff, name: string): string[] {
  const own = [...staff].filter(([, { by }]) => by === name).map(([agent]) => agent);
  return own.reverse().flatMap((agent) => [...teamOf(staff, agent), agent]);
}

/** An agent and its creators, up to the top. */
function lineOf(staff: Staff, name: string): string[] {
  const line: string[] = [];
  for (let one: string | undefined = name; one !== undefined; one = staff.get(one)?.by) line.push(one);
  return line;
}

/**
 * Why nobody can be hired under that name; names are never used again, because what an agent wrote bears its name for ever.
 */
export function nameTrouble(config: Config, state: State, name: string): Trouble | null {
  const shown = JSON.stringify(name.slice(0, 80));
  if (!isName(name)) return { rule: 'name', text: `${shown} is not a valid name for an agent: use a-z, 0-9, _ and -.` };
  const taken = [...config.agents.keys(), ...config.broken.keys()].some((other) => other.toLowerCase() === name);
  if (taken) return { rule: 'name', text: `There is already an agent ${shown}.` };
  if (state.files.texts.has(retiredPath(name)) || state.staff.agents.has(name))
    return { rule: 'name', text: `There was an agent ${shown}. Choose a name that has never been used.` };
  return null;
}

/** Why that agent can hire no more. `extra`: its hires under way. People have no limit. */
export function limitTrouble(config: Config, staff: Staff, by: string, extra = 0): Trouble | null {
  if (isPersonIn(config, by)) return null;
  const { hires, hire_depth } = config.org.limits;
  const line = lineOf(staff, by).filter((name) => !isPersonIn(config, name));
  if (line.length > hire_depth)
    return { rule: 'limit', text: `limits.hire_depth is ${hire_depth}: ${by} may hire nobody.` };
  const full = line.find((name) => teamOf(staff, name).length + extra >= hires);
  if (full === undefined) return null;
  return { rule: 'limit', text: `limits.hires is ${hires}: ${full} has ${teamOf(staff, full).length} hired agents.` };
}

/** Why an agent cannot give away so many micro-credits. `promised`: what it has given in this turn. */
export function creditTrouble(config: Config, state: State, by: string, credits: number, promised = 0): Trouble | null {
  if (isPersonIn(config, by)) return null;
  const left = balanceOf(config, state, by).left - promised;
  if (credits <= left) return null;
  return { rule: 'credits', text: `${by} has only ${countCredits(Math.max(0, left))} to give.` };
}

/** Why an agent or a person cannot retire that agent. */
export function retireTrouble(config: Config, state: State, by: string, name: string): Trouble | null {
  const shown = JSON.stringify(name.slice(0, 80));
  if (isPersonIn(config, name) || !(config.agents.has(name) || config.broken.has(name)))
    return { rule: 'staff', text: `There is no agent ${shown} to retire.` };
  if (!isPersonIn(config, by) && !teamOf(state.staff.hired, by).includes(name))
    return { rule: 'staff', text: `${shown} was not hired by ${by}.` };
  const going = [...teamOf(state.staff.hired, name), name];
  const named = going.find((one) => Object.hasOwn(config.credits.agents, one));
  if (named !== undefined)
    return { rule: 'chart', text: `First take ${named} out of org/credits.yaml, which names it.` };
  const doubtful = going.find((one) => agentState(state.staff, one).doubt > 0);
  if (doubtful === undefined) return null;
  return { rule: 'doubt', text: `A call of ${doubtful} may have been billed: first lemming reconcile.` };
}
