/** Counts what waits for a person. */
import { lettersAway } from '../../core/mail/absent-agents.ts';
import { type Config, isPersonIn } from '../../core/model/config.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { wakesBy } from '../../core/model/state/mail.ts';
import { agentState } from '../../core/model/state/staff.ts';
import type { State } from '../../core/model/state.ts';
import type { Fault } from '../../schema/fault.ts';
import { count } from '../text/table.ts';

/** Counts of what waits for a person. */
export interface NeedCounts {
  count: number;
  /** Unread mail, without notices. */
  mail: number;
  approvals: number;
  /** Lines of dead letters: those of one cause in one chain count as one. */
  dead_letters: number;
  /** All dead letters. */
  undelivered: number;
  /** Agents whose mail waits because they have no credits, and approved acts that cannot be paid. */
  out_of_credits: number;
  faults: number;
}

/** Held acts that wait for that person's answer; an act that asks nobody present waits for everybody. */
export function approvalsFor(config: Config, state: State, person: string): Approval[] {
  return [...state.approvals.pending.values()].filter(
    ({ answer, contacts }) =>
      answer === null && (contacts.includes(person) || !contacts.some((name) => isPersonIn(config, name))),
  );
}

/** Approved acts that cannot be paid, of agents that are not out of credits altogether. */
function unpaidIn(state: State): Approval[] {
  const starved = new Set(starvedIn(state));
  return [...state.approvals.pending.values()].filter(
    ({ agent, answer }) => answer?.unpaid !== undefined && !starved.has(agent),
  );
}

/** Agents whose mail, or the answer to what they asked, waits because they have no credits. */
export function starvedIn({ mail, approvals, staff }: State): string[] {
  const waiting = [...mail.inbox.keys()].filter((name) => wakesBy(mail, name) > 0);
  return [...new Set([...waiting, ...approvals.answers.keys()])].filter((name) => agentState(staff, name).starved);
}

/** Nothing waits. */
export const NO_NEEDS: NeedCounts = {
  count: 0,
  mail: 0,
  approvals: 0,
  dead_letters: 0,
  undelivered: 0,
  out_of_credits: 0,
  faults: 0,
};

/**
 * Counts everything without going through mail and dead letters, of which there may be very many, unless an agent is away:
 * what waits for it needs nobody. `deleted`: dead letters of files that have since been deleted, which count one by one.
 */
export function countNeeds(
  config: Config,
  state: State,
  person: string,
  faults: readonly Fault[],
  deleted = 0,
): NeedCounts {
  const off = needNobody(config, state);
  const counts = {
    mail: wakesBy(state.mail, person, state.clock.turn + 1),
    approvals: approvalsFor(config, state, person).length,
    dead_letters: state.dead.chains.size - deleted - off.chains,
    out_of_credits: starvedIn(state).length + unpaidIn(state).length,
    faults: faults.length,
  };
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return { count: all, undelivered: state.dead.letters.size - deleted - off.letters, ...counts };
}

/**
 * Dead letters that need nobody, because they wait for an agent that is away or a person gave them another chance: how
 * many, and of how many whole lines.
 */
function needNobody(config: Config, state: State): { letters: number; chains: number } {
  const asked = [...state.dead.revive.keys()].flatMap((id) => state.dead.letters.get(id) ?? []);
  const letters = new Map([...lettersAway(config, state), ...asked].map(({ id, chain }) => [id, chain]));
  const counts = new Map<string, number>();
  for (const chain of letters.values()) counts.set(chain, (counts.get(chain) ?? 0) + 1);
  const chains = [...counts].filter(([chain, n]) => state.dead.chains.get(chain) === n).length;
  return { letters: letters.size, chains };
}

/** One line: how much waits for the person, and which commands deal with it; empty when nothing waits. */
export function printNeeds(needs: NeedCounts): string {
  const { count: all, mail, approvals, dead_letters, undelivered, out_of_credits, faults } = needs;
  if (all === 0) return '';
  const causes = undelivered > dead_letters ? ` of ${count(dead_letters, 'cause')}` : '';
  const parts = [
    approvals > 0 && `${count(approvals, 'action')} to approve or deny (lemming approvals)`,
    out_of_credits > 0 &&
      `${count(out_of_credits, 'agent')} out of credits (lemming top-up, or raise a cap in org/credits.yaml)`,
    faults > 0 && `${count(faults, 'fault')} in the configuration (lemming validate)`,
    dead_letters > 0 && `${count(undelivered, 'dead letter')}${causes} (lemming show ID, lemming retry ID)`,
    mail > 0 && `${count(mail, 'message')} to read (lemming inbox)`,
  ];
  return `Needs you: ${parts.filter(Boolean).join(', ')}`;
}
