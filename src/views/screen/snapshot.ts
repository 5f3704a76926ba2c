/** Everything that a screen is drawn from, at one moment. */
import type { Config } from '../../core/model/config.ts';
import type { RunState } from '../../core/model/runs/run.ts';
import { agentState } from '../../core/model/state/staff.ts';
import type { TasksState } from '../../core/model/state/tasks.ts';
import type { State } from '../../core/model/state.ts';
import type { Present } from '../../core/turn/judge.ts';
import { runAsAsked } from '../../core/workflows/turn/frozen.ts';
import type { Fault } from '../../schema/fault.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Request } from '../../schema/records/request.ts';
import type { KnownFailure } from '../diagnose/finding.ts';
import type { LogLine } from '../journal/log-line.ts';
import { approvalsFor, countNeeds } from '../org/needs.ts';
import type { Recent } from './recent.ts';
import type { UnderWay, WorkUnderWay } from './under-way.ts';

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
  /** The tasks as the next turn will find them. */
  work: TasksAhead;
  /** The turn that is being made. */
  underWay: UnderWay;
  /** The time: milliseconds since 1970. */
  now: number;
}

/** The visits of the turn that an engine is making; none between two turns. */
export function visitsUnderWay({ engine, underWay }: ScreenSnapshot): WorkUnderWay[] {
  return engine ? [...underWay.visits.values()] : [];
}

/** Tasks with what people wrote and asked since the last freeze. */
export interface TasksAhead {
  tasks: TasksState;
  /** Path → the text of the file of a task. */
  texts: ReadonlyMap<string, string>;
  /** Files that the next freeze will not take, and why. */
  unfit: readonly { path: string; why: string }[];
  /** How many files the next freeze takes. */
  files: number;
}

/** How many things that people wrote or asked the next turn takes up. */
export function waitingCount({ drops, requests, work, state, engine }: ScreenSnapshot): number {
  const { tasks, runs, undo } = state;
  const asked = engine ? 0 : tasks.asked.length + runs.asked.length + undo.asked.length;
  return drops.length + requests.length + work.files + asked;
}

/** The moment at which what is asked now is done. */
export function nextTurn({ state }: Pick<ScreenSnapshot, 'state'>): { turn: number; time: number } {
  return { turn: state.clock.turn + 1, time: state.clock.time };
}

/** A run as the next turn will find it: with what was asked of it and not done yet; null for one that has not begun. */
export function runAhead(scene: ScreenSnapshot, id: string): RunState | null {
  const run = scene.state.runs.all.get(id);
  return run ? runAsAsked(run, [...scene.state.runs.asked, ...scene.requests], nextTurn(scene)) : null;
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
