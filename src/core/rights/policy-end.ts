/** When a policy ends by itself. */
import type { State } from '../model/state.ts';
import type { ActContext } from '../model/tool.ts';
import type { Policy } from './policy.ts';

export type PolicyEnd = NonNullable<Policy['until']>;

/** The moment at which a policy is judged, from the journal: turn, frozen time (ms since 1970), and uses so far by name. */
export interface PolicyMoment {
  turn: number;
  time: number;
  uses(name: string): number;
}

/** Whether a policy has ended; which of its ends came first does not matter. Pure. */
export function hasEnded(policy: Policy, { turn, time, uses }: PolicyMoment): boolean {
  const { until } = policy;
  if (until === undefined) return false;
  return (
    (until.turn !== undefined && turn > until.turn) ||
    (until.time !== undefined && time >= Date.parse(until.time)) ||
    (until.uses !== undefined && uses(countedAs(policy)) >= until.uses)
  );
}

/** The name under which the uses of a policy are counted: one that is given anew begins at zero. */
export function countedAs({ act, until }: Policy): string {
  return until?.of ?? act;
}

/** Tells which policies have ended for the next act of a visit; undefined when none can. */
export function endsIn({ config, state, turn, draft }: ActContext): ((policy: Policy) => boolean) | undefined {
  if (!config.org.policies.some(({ until }) => until !== undefined)) return undefined;
  const uses = (name: string): number => (state.rights.uses.get(name) ?? 0) + (draft.uses?.get(name) ?? 0);
  return (policy) => hasEnded(policy, { turn, time: state.clock.time, uses });
}

/** Counts an act that the policy permits. */
export function countUse({ draft }: ActContext, policy: Policy | undefined): void {
  if (policy?.until?.uses === undefined) return;
  const name = countedAs(policy);
  draft.uses ??= new Map();
  draft.uses.set(name, (draft.uses.get(name) ?? 0) + 1);
}

/** Adds the uses of a visit. */
export function addUses({ rights }: State, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) rights.uses.set(name, (rights.uses.get(name) ?? 0) + count);
}

/** When a policy ends, in words for people: `Until turn 24`. `left`: how many uses are left. */
export function endText({ until = {} }: Pick<Policy, 'until'>, left = until.uses): string {
  const { turn, time, uses } = until;
  const parts = [
    turn === undefined ? '' : `until turn ${turn}`,
    time === undefined ? '' : `until ${time.slice(0, 16).replace('T', ' ')} UTC`,
    uses === undefined ? '' : `for ${left === uses ? '' : `${left} of `}${uses} ${uses === 1 ? 'action' : 'actions'}`,
  ];
  return parts
    .filter(Boolean)
    .join(', ')
    .replace(/^./, (first) => first.toUpperCase());
}
