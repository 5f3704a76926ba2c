/** Says what credits are short, and what a person can do about it. Pure. */
import type { Config } from '../model/config.ts';
import { stepsOf } from '../model/config.ts';
import { agentState } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';
import { printCredits, roundUp, type SpendingLimit, tightest } from './ledger.ts';

/** What a first call could cost, and what is left of the limit that cannot pay it: `writer has`, `the unit team has`. */
export function shortText(need: number, { amount, scope, key }: SpendingLimit): string {
  const left = printCredits(Math.max(0, amount));
  return `its next call could cost ${printCredits(need)} credits, but ${holderOf(scope)} has ${left} left${key === null ? '' : ` (${key})`}`;
}

/** `a per day`: what `a` may spend in a day. */
function holderOf(scope: string): string {
  const [who = '', ...time] = scope.split(' ');
  const holder = who === 'org' ? 'the organisation' : who.startsWith('@') ? `the unit ${who.slice(1)}` : who;
  return [holder, ...time].join(' ');
}

/**
 * Micro-credits of a visit of the agent if each of its calls cost as much as the one for which it lacks credits; 0: not
 * known.
 */
export function visitCost(
  config: Config,
  state: State,
  agent: string,
  need = agentState(state.staff, agent).need,
): number {
  const resume = config.agents.get(agent);
  return resume ? need * stepsOf(config, resume) : 0;
}

/**
 * What a person can do so that an agent can spend enough again: the limit that stops it and where it stands. `wanted`:
 * micro-credits, by default those of a visit at the worst price; 0 when nobody knows.
 */
export function creditAdvice(
  config: Config,
  state: State,
  agent: string,
  wanted = visitCost(config, state, agent),
): string {
  const { key, amount, of } = tightest(config, state, agent);
  const more = wanted > amount ? roundUp(wanted - amount) : 0;
  if (key === null) return `lemming top-up ${agent} ${more ? printCredits(more) : 'CREDITS'}`;
  return `raise ${key} in org/credits.yaml${more ? ` to ${printCredits(of + more)}` : ''}`;
}
