/** The slice of the state for agents: who is there, who hired whom, and how each of them is. */
import type { Request } from '../../../schema/records/request.ts';
import type { Unfinished } from '../entry.ts';

/** What the journal says about one agent. Amounts are micro-credits. */
export interface AgentState {
  paused: boolean;
  /** Top-ups and transfers; the grant of credits.yaml is added by the ledger. */
  granted: number;
  spent: number;
  /** Reserved by attempts that a crash left without a reply. */
  doubt: number;
  /** Spent on `day` (UTC date of the frozen time). */
  day: string;
  daySpent: number;
  /** Last turn with a visit, 0 before the first. */
  lastTurn: number;
  lastOutcome: 'ok' | 'cut' | 'failed' | null;
  lastReason: string;
  /** Failed visits in a row through the provider's fault, and the turn before which no new one starts. */
  failures: number;
  retryAt: number;
  /** The last visit was refused, by the fault of its mail or of the model (`mail/refusals.ts`). */
  refused: '' | 'mail' | 'model';
  /** Failed visits in a row of any kind. */
  failedInRow: number;
  /** After a visit that was cut: how much of its mail is given again at a time; 0 after one that failed. */
  share: number;
  /** Refused to spend since the last visit or top-up: people were told. */
  starved: boolean;
  /** Micro-credits that the call could cost which it could not pay last; 0: not known. */
  need: number;
  /** The soft cap was reported. */
  warned: boolean;
  /** What the agent (or person) is to be told. */
  notices: Notice[];
  tokensIn: number;
  tokensOut: number;
  calls: number;
}

/** Failed visits in a row after which a provider counts as failing. */
export const FAILING = 2;

export interface Notice {
  turn: number;
  about: string;
  text: string;
  /** The dead letter that it tells of, and the line that both belong to (`chain.ts`). */
  dead?: string;
  chain?: string;
  /** Of a visit that was cut. */
  left?: Unfinished;
  /** What it tells of, as long as that is so. */
  of?: string;
}

/** Why an agent is set aside whose files are as they were. */
export interface Absence {
  since: number;
  why: string;
  out?: true;
}

/** Who hired an agent, an agent or a person. */
export interface Hired {
  by: string;
  turn: number;
}

export type StaffOrder = Extract<Request, { ask: 'hire' | 'retire' }>;

export interface StaffState {
  agents: Map<string, AgentState>;
  /** Paused agent → the turn from which on it is paused. */
  pausedSince: Map<string, number>;
  /** The whole organisation is paused. */
  paused: boolean;
  /** Agents that were hired and are still there: by whom, and in which turn. */
  hired: Map<string, Hired>;
  /** Whom people want hired and retired in the coming turn. */
  orders: StaffOrder[];
  /** Agents whose folder is not to be had: since when (ms since 1970), and why; `out`: they are no agents until it is back. */
  absent: Map<string, Absence>;
  /** Agents whose folder was gone at a commit → the turns whose files are made when it is back. */
  deferred: Map<string, number[]>;
}

export function emptyStaff(): StaffState {
  return {
    agents: new Map(),
    pausedSince: new Map(),
    paused: false,
    hired: new Map(),
    orders: [],
    absent: new Map(),
    deferred: new Map(),
  };
}

export function emptyAgent(): AgentState {
  return {
    paused: false,
    granted: 0,
    spent: 0,
    doubt: 0,
    day: '',
    daySpent: 0,
    lastTurn: 0,
    lastOutcome: null,
    lastReason: '',
    failures: 0,
    retryAt: 0,
    refused: '',
    failedInRow: 0,
    share: 0,
    starved: false,
    need: 0,
    warned: false,
    notices: [],
    tokensIn: 0,
    tokensOut: 0,
    calls: 0,
  };
}

/** The agent's state; a fresh one when the journal never mentioned it. Does not add it. */
export function agentState({ agents }: StaffState, name: string): Readonly<AgentState> {
  return agents.get(name) ?? NEW_AGENT;
}
const NEW_AGENT: Readonly<AgentState> = Object.freeze(emptyAgent());

/** The agent's state, made when it is first mentioned. */
export function touch({ agents }: StaffState, name: string): AgentState {
  let agent = agents.get(name);
  if (!agent) {
    agent = emptyAgent();
    agents.set(name, agent);
  }
  return agent;
}

/** Whether files of an agent may be missing that nobody removed: its folder is gone, or was. */
export function isAway({ absent, deferred }: StaffState, agent: string): boolean {
  return absent.has(agent) || deferred.has(agent);
}
