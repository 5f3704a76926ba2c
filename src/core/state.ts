import type { Message } from '../schema/message.ts';
import type { Request } from '../schema/request.ts';
import type { Breaker, Tries } from './breaker.ts';
import type { Json } from './call.ts';
import type { Denied } from './denied.ts';
import type { Held, UndoEntry } from './entry.ts';

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
  /** Failed visits in a row of any kind. */
  failedInRow: number;
  /** Refused to spend since the last visit or top-up: people were told. */
  starved: boolean;
  /** The soft cap was reported. */
  warned: boolean;
  /** What the agent (or person) is to be told. */
  notices: Notice[];
  tokensIn: number;
  tokensOut: number;
  calls: number;
}

export interface Notice {
  turn: number;
  about: string;
  text: string;
}

/** A message that somebody has not been given yet. */
export interface Mail extends Message {
  /** Recipients it is not delivered to; a person's mail waits until it is read. */
  waiting: string[];
  /** Failed visits by recipient. */
  attempts: Record<string, number>;
  /** Its author had read words of strangers. */
  tainted?: true;
}

/** One of the last messages of a conversation, for prompts. Its body is cut to `TAIL_CHARS`. */
export interface Said {
  id: string;
  from: string;
  to: string[];
  subject: string;
  body: string;
}
export const TAIL_LENGTH = 6;
export const TAIL_CHARS = 400;

export interface Spending {
  spent: number;
  doubt: number;
  day: string;
  daySpent: number;
  warned: boolean;
}

export interface Approval extends Held {
  /** Turn in which the last contact was asked, and its frozen time in ms since 1970. */
  asked: number;
  time: number;
  /**
   * Set when a person answered and the next freeze is to judge the act again. `hash`: of the file in which they did, last.
   * `unpaid`: the micro-credits that it costs, when it was approved and could not be paid yet.
   */
  answer: { decision: 'approve' | 'deny'; by: string; note: string; hash?: string; unpaid?: number } | null;
}

export interface DeadLetter {
  id: string;
  message: string | null;
  to: string[];
  from: string;
  path: string;
  turn: number;
  reason: string;
  detail: string;
}

/** Why an agent is set aside whose files are as they were. */
export interface Absence {
  since: number;
  why: string;
  out?: true;
}

/** An attempt whose bill is unknown. */
export interface Doubt {
  key: string;
  agent: string;
  unit: string | null;
  model: string;
  provider: string;
  turn: number;
  reserve: number;
}

/** An attempt under way: an intent without a reply in the turn that is not committed yet. */
export interface OpenCall {
  key: string;
  agent: string;
  unit: string | null;
  model: string;
  provider: string;
  turn: number;
  n: number;
  attempt: number;
  reserve: number;
  repeatable: boolean;
  cached?: true;
}

/** A use of a tool that cost something. */
export interface Paid {
  agent: string;
  unit: string | null;
  cost: number;
}

/** Spending by model, by provider and by tool, for `lemming costs`. */
export interface Tally {
  calls: number;
  spent: number;
  tokensIn: number;
  tokensOut: number;
}

/** Who hired an agent, an agent or a person. */
export interface Hired {
  by: string;
  turn: number;
}

export type Order = Extract<Request, { ask: 'hire' | 'retire' }>;

/** The fold of the journal: all that the engine must know of the past. Never holds what a file in the folder holds for ever. */
export interface State {
  /** Last committed turn, 0 before the first. */
  turn: number;
  /** Text of every file that people write and the engine reads, as last frozen. */
  files: Map<string, string>;
  agents: Map<string, AgentState>;
  org: Spending;
  units: Map<string, Spending>;
  paused: boolean;
  mail: Map<string, Mail>;
  /** Ids of waiting mail by recipient, in order of arrival. */
  inbox: Map<string, string[]>;
  /** Conversation → its last messages; the one that was written in last stands last. */
  threads: Map<string, Said[]>;
  /** Agents whose folder is not to be had: since when (ms since 1970), and why; `out`: they are no agents until it is back. */
  absent: Map<string, Absence>;
  /** Path → mark of files that were set aside: they are told once, until they change. */
  aside: Map<string, string>;
  dead: Map<string, DeadLetter>;
  approvals: Map<string, Approval>;
  /** Acts that people denied, by the id under which each was held. */
  denied: Map<string, Denied>;
  /** Hashes of the texts that prompts refer to. */
  blobs: Set<string>;
  /** Workspace file → hash of what a tool wrote there last. */
  workspace: Map<string, string>;
  /** Attempts in doubt, by key. */
  doubts: Map<string, Doubt>;
  /** Attempts under way in the turn being made. */
  open: Map<string, OpenCall>;
  models: Map<string, Tally>;
  providers: Map<string, Tally>;
  /** Tools whose use cost something. */
  tools: Map<string, Tally>;
  /** What uses of tools cost in the turn being made. */
  paid: Paid[];
  /** Last turn in which a message was sent, and the last summary. */
  activeTurn: number;
  summaryTurn: number;
  /** Paths of entries by agent, and those of the shared context; the one that was changed last stands last. */
  memories: Map<string, Set<string>>;
  /** Entry that a person edited → its version, when its file does not say it. */
  edited: Map<string, number>;
  /** Models whose last calls failed. */
  breakers: Map<string, Breaker>;
  /** Outcomes by model in the turn being made. */
  tries: Map<string, Tries>;
  /** Models that reported usage above their reserve: stopped until the owner looks. */
  stopped: Map<string, string>;
  /** What people want undone, until the next freeze; and what is being undone in the turn being made. */
  undo: { of: string; by: string }[];
  undoing: UndoEntry[];
  /** Messages that lie in people's outboxes: all else there is new. */
  own: Map<string, Set<string>>;
  /** Dead letters that a person wants delivered again: id → recipients. */
  revive: Map<string, string[]>;
  /** Messages that people put away: they move to the archive when nobody waits for them any more. */
  archive: Set<string>;
  /** Agents that were hired and are still there: by whom, and in which turn. */
  staff: Map<string, Hired>;
  /** Whom people want hired and retired in the coming turn. */
  orders: Order[];
  /** Tools and servers of the org that the owner approves → hash of what was approved. */
  trusted: Map<string, string>;
  /** Who has read words of strangers, and paths in org/shared that they wrote → what it was (`taint.ts`). */
  tainted: Map<string, string>;
  /** `<agent> <skill>` → how often it was loaded on `day`. */
  loads: Map<string, number>;
  /** Frozen time of the last turn, ms since 1970. */
  time: number;
  /** Its UTC date. */
  day: string;
  /** Messages sent in all. */
  sent: number;
}

export function emptyState(): State {
  return {
    turn: 0,
    files: new Map(),
    agents: new Map(),
    org: emptySpending(),
    units: new Map(),
    paused: false,
    mail: new Map(),
    inbox: new Map(),
    threads: new Map(),
    absent: new Map(),
    aside: new Map(),
    dead: new Map(),
    approvals: new Map(),
    denied: new Map(),
    blobs: new Set(),
    workspace: new Map(),
    doubts: new Map(),
    open: new Map(),
    models: new Map(),
    providers: new Map(),
    tools: new Map(),
    paid: [],
    activeTurn: 0,
    summaryTurn: 0,
    memories: new Map(),
    edited: new Map(),
    breakers: new Map(),
    tries: new Map(),
    stopped: new Map(),
    revive: new Map(),
    undo: [],
    undoing: [],
    own: new Map(),
    archive: new Set(),
    staff: new Map(),
    orders: [],
    trusted: new Map(),
    tainted: new Map(),
    loads: new Map(),
    time: 0,
    day: '',
    sent: 0,
  };
}

export function emptySpending(): Spending {
  return { spent: 0, doubt: 0, day: '', daySpent: 0, warned: false };
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
    failedInRow: 0,
    starved: false,
    warned: false,
    notices: [],
    tokensIn: 0,
    tokensOut: 0,
    calls: 0,
  };
}

/** The agent's state; a fresh one when the journal never mentioned it. Does not add it. */
export function agentState(state: State, name: string): Readonly<AgentState> {
  return state.agents.get(name) ?? NEW_AGENT;
}
const NEW_AGENT: Readonly<AgentState> = Object.freeze(emptyAgent());

/** The agent's state, made when it is first mentioned. */
export function touch(state: State, name: string): AgentState {
  let agent = state.agents.get(name);
  if (!agent) {
    agent = emptyAgent();
    state.agents.set(name, agent);
  }
  return agent;
}

/** Waiting mail of a recipient in order of arrival. */
export function inboxOf(state: State, name: string): Mail[] {
  const ids = state.inbox.get(name);
  return ids ? ids.map((id) => state.mail.get(id)).filter((m): m is Mail => m !== undefined) : [];
}

/** Maps whose values are sets. */
const SETS = ['own', 'memories'] as const;

/** A state as JSON: Maps become lists of pairs. `thaw` reads it back. */
export function freezeState(state: State): Json {
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(state))
    plain[key] = value instanceof Map || value instanceof Set ? [...value] : value;
  for (const key of SETS) plain[key] = [...state[key]].map(([owner, paths]) => [owner, [...paths]]);
  return plain as Json;
}

export function thawState(json: Record<string, unknown>): State {
  const state = emptyState() as unknown as Record<string, unknown>;
  for (const [key, empty] of Object.entries(state)) {
    const value = json[key];
    if (empty instanceof Map) state[key] = new Map(value as [string, unknown][]);
    else if (empty instanceof Set) state[key] = new Set(value as string[]);
    else state[key] = value;
  }
  const thawed = state as unknown as State;
  for (const key of SETS) for (const [owner, paths] of thawed[key]) thawed[key].set(owner, new Set(paths));
  return thawed;
}
