import type { Message } from '../../schema/records/message.ts';
import type { Request } from '../../schema/records/request.ts';
import type { Json } from './call.ts';
import type { Held, UndoEntry, Unfinished } from './entry.ts';
import { SpillMap } from './spill-map.ts';
import { byMessage, byReader, ofDead } from './spill-order.ts';

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
export interface ThreadMessage {
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
  /** Dead letters of one cause in one chain are one line (`chain.ts`). */
  chain: string;
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

export type StaffOrder = Extract<Request, { ask: 'hire' | 'retire' }>;

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
  mail: SpillMap<Mail>;
  /** Ids of waiting mail by recipient, in order of arrival. */
  inbox: Map<string, string[]>;
  /** How many notices are among them: they ask for no attention. */
  quiet: Map<string, number>;
  /** Waiting mail that expires → the last turn in which it may be given. */
  expiring: Map<string, number>;
  /** Every message by each of its readers → the name of its file, after what it was made in: `2.1/000006-...md` (`made` of `sent`). */
  received: SpillMap<string>;
  /** Conversation → its last messages; the one that was written in last stands last. */
  threads: Map<string, ThreadMessage[]>;
  /** Agents whose folder is not to be had: since when (ms since 1970), and why; `out`: they are no agents until it is back. */
  absent: Map<string, Absence>;
  /** Agents whose folder was gone at a commit → the turns whose files are made when it is back. */
  deferred: Map<string, number[]>;
  /** Path → mark of files that were set aside: they are told once, until they change. */
  aside: Map<string, string>;
  dead: SpillMap<DeadLetter>;
  /** The ids of dead letters, by their message (`ofDead`). */
  undelivered: SpillMap<1>;
  /** Chain of dead letters → how many they are. */
  chains: SpillMap<number>;
  /** Last turn in which a message was given up after failed visits. */
  gaveUp: number;
  /** Files that were set aside → the ids of their dead letters. */
  astray: Map<string, string[]>;
  approvals: Map<string, Approval>;
  /** Acts that people denied, by the id under which each was held. */
  denied: Map<string, Denied>;
  /** Hashes of the texts that prompts refer to. */
  blobs: SpillMap<1>;
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
  orders: StaffOrder[];
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
    mail: new SpillMap(byMessage),
    inbox: new Map(),
    quiet: new Map(),
    expiring: new Map(),
    received: new SpillMap(byReader),
    threads: new Map(),
    absent: new Map(),
    deferred: new Map(),
    aside: new Map(),
    dead: new SpillMap(),
    undelivered: new SpillMap(ofDead),
    chains: new SpillMap(),
    gaveUp: 0,
    astray: new Map(),
    approvals: new Map(),
    denied: new Map(),
    blobs: new SpillMap(),
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
    need: 0,
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

/** Whether files of an agent may be missing that nobody removed: its folder is gone, or was. */
export function isAway({ absent, deferred }: Pick<State, 'absent' | 'deferred'>, agent: string): boolean {
  return absent.has(agent) || deferred.has(agent);
}

/** Dead letters that can be delivered again now: those of an author whose folder is gone wait for it. */
export function revivable(state: State): [id: string, to: string[]][] {
  return [...state.revive].filter(([id]) => !isAway(state, state.dead.get(id)?.from ?? ''));
}

/** Waiting mail of a recipient in order of arrival. */
export function inboxOf(state: State, name: string): Mail[] {
  return mailOf(state, state.inbox.get(name) ?? []);
}

/** Mail that somebody waits for, by its ids. */
export function mailOf(state: State, ids: readonly string[]): Mail[] {
  return ids.map((id) => state.mail.get(id) as Mail);
}

/** Whether so much waits for somebody that is no notice. */
export function wakesBy(state: State, name: string): number {
  return (state.inbox.get(name)?.length ?? 0) - (state.quiet.get(name) ?? 0);
}

/** The dead letters of a message. */
export function deadOf(state: State, message: string): DeadLetter[] {
  return [...state.undelivered.names(`${byMessage.keyOf(message)}/`)].map(
    (name) => state.dead.get(name.slice(name.indexOf(' ') + 1)) as DeadLetter,
  );
}

/** Maps whose values are sets. */
const SETS = ['own', 'memories'] as const;
/** Rows of a map that are written together. */
const CHUNK = 1000;

/** A state piece by piece: a field, and its value or some rows of it. `rowsOf`: which rows of a shelf. */
export function* piecesOf(
  state: State,
  rowsOf: (shelf: SpillMap<unknown>, field: string) => Iterable<[string, unknown]> = (shelf) => shelf,
): Generator<[field: string, value: unknown]> {
  for (const [field, value] of Object.entries(state)) {
    if (value instanceof Map) yield* chunksOf(field, flat(field, value));
    else if (value instanceof SpillMap) yield* chunksOf(field, rowsOf(value, field));
    else yield [field, value instanceof Set ? [...value] : value];
  }
}

function* flat(field: string, map: ReadonlyMap<string, unknown>): Generator<[string, unknown]> {
  const isSet = (SETS as readonly string[]).includes(field);
  for (const [key, value] of map) yield [key, isSet ? [...(value as Set<string>)] : value];
}

function* chunksOf(field: string, rows: Iterable<[string, unknown]>): Generator<[string, unknown]> {
  let chunk: [string, unknown][] = [];
  for (const row of rows) {
    chunk.push(row);
    if (chunk.length < CHUNK) continue;
    yield [field, chunk];
    chunk = [];
  }
  if (chunk.length) yield [field, chunk];
}

/** Puts pieces together again. `put` takes the rows of a shelf. */
export function stateOf(
  pieces: Iterable<readonly [field: string, value: unknown]>,
  put = (shelf: SpillMap<unknown>, _field: string, rows: readonly [string, unknown][]) => {
    for (const [name, value] of rows) shelf.set(name, value);
  },
): State {
  const state = emptyState();
  const fields = state as unknown as Record<string, unknown>;
  for (const [field, value] of pieces) {
    const empty = fields[field];
    if (empty instanceof SpillMap) put(empty, field, value as [string, unknown][]);
    else if (empty instanceof Map)
      for (const [key, one] of value as [string, unknown][]) empty.set(key, thawed(field, one));
    else if (empty instanceof Set) fields[field] = new Set(value as string[]);
    else fields[field] = value;
  }
  return state;
}

function thawed(field: string, value: unknown): unknown {
  return (SETS as readonly string[]).includes(field) ? new Set(value as string[]) : value;
}

/** The shelves of a state, by field. */
export function shelvesOf(state: State): Map<string, SpillMap<unknown>> {
  return new Map(Object.entries(state).filter((one): one is [string, SpillMap<unknown>] => one[1] instanceof SpillMap));
}

/** A whole state as JSON, wherever its rows lie. `thawState` reads it back. */
export function serializeState(state: State): Json {
  return [...piecesOf(state)] as Json;
}

export function parseState(json: unknown): State {
  return stateOf(json as [string, unknown][]);
}

/** A model whose last calls failed. */
export interface Breaker {
  /** Failures in a row. */
  failures: number;
  /** When the last of them was: milliseconds since 1970. */
  since: number;
}

/** Outcomes of a model's attempts in the turn that is being made. */
export interface Tries {
  replies: number;
  outages: number;
  /** When the last outage was: milliseconds since 1970. */
  since: number;
}

/** An act that a person denied, and the conversations in which it was asked for; none: the agent asked of its own accord. */
export interface Denied extends Pick<Held, 'id' | 'agent' | 'tool'> {
  /** Of its input. */
  hash: string;
  by: string;
  note: string;
  threads: string[];
  /** A person has written since: the same may be asked for again. */
  over?: true;
}
