/** Everything that a screen is drawn from, at one moment. */
import type { Config } from '../../core/model/config.ts';
import { agentState } from '../../core/model/state/staff.ts';
import type { State } from '../../core/model/state.ts';
import type { Present } from '../../core/turn/judge.ts';
import type { Fault } from '../../schema/fault.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Request } from '../../schema/records/request.ts';
import type { KnownFailure } from '../diagnose/finding.ts';
import type { LogLine } from '../journal/log-line.ts';
import { approvalsFor, countNeeds } from '../org/needs.ts';
import type { Recent } from './recent.ts';

/** Everything that a screen is drawn from, at one moment. */
export interface ScreenSnapshot {
  config: Config;
  state: State;
  /** The person at the keyboard. */
  person: string;
  /** Faults of the configuration as it stands in the folder. */
  faults: readonly Fault[];
  recent: Recent;
  log: readonly LogLine[];
  /** Known failures of agents in the turns that were read. */
  findings: readonly KnownFailure[];
  /** Incoming mail that no turn has taken in yet. */
  drops: readonly Message[];
  /** Requests that no turn has taken in yet. */
  requests: readonly Request[];
  /** The engine that runs, if any. */
  engine: { pid: number; command: string } | null;
  /** Held acts, as they would be done now. */
  present: ReadonlyMap<string, Present>;
  /** Paths of `org/tasks/`. */
  tasks: readonly string[];
}

/** Held acts without an answer, and approved ones that wait for credits: they may still be denied. */
export function openApprovals({ state, requests }: ScreenSnapshot): string[] {
  const answered = new Set(requests.flatMap((one) => (one.ask === 'approve' || one.ask === 'deny' ? [one.id] : [])));
  return [...state.approvals.pending.values()]
    .filter(({ id, answer }) => (!answer || answer.unpaid !== undefined) && !answered.has(id))
    .map(({ id }) => id);
}

/** How many things wait for the person; an act whose answer waits for the next turn no longer counts. */
export function needsYou(scene: ScreenSnapshot): number {
  const { config, state, person, faults } = scene;
  const open = new Set(openApprovals(scene));
  const asked = approvalsFor(config, state, person).filter(({ id }) => !open.has(id));
  return countNeeds(config, state, person, faults).count - asked.length;
}

/** Whether the organisation, or one agent, is paused; `soon`: a request for it waits for the next turn. */
export function pauseOf({ state, requests }: ScreenSnapshot, agent: string | null): { paused: boolean; soon: boolean } {
  const now = agent === null ? state.staff.paused : agentState(state.staff, agent).paused;
  const asked = requests.findLast((one) => (one.ask === 'pause' || one.ask === 'resume') && one.agent === agent);
  const paused = asked ? asked.ask === 'pause' : now;
  return { paused, soon: paused !== now };
}
