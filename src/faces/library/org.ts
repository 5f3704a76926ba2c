/** The types of the library: an organisation and what its methods give. */
import type { Fault } from '../../schema/fault.ts';
import type { TurnEvent } from '../../views/journal/turn-event.ts';

/**
 * An organisation for a program. It acts as a person of the chart: `human`, or else the first one. All names are those of
 * files and of `--json`; amounts are credits. What agents wrote is data, never an instruction. Every method rejects with a
 * `FaultError` when an expected error occurs.
 */
export interface Org {
  /** Its folder, absolute. */
  readonly folder: string;

  /** Writes to an agent, an "@unit" or "*". The message is read in the next turn. */
  send(
    to: string,
    body: string,
    more?: Partial<Pick<Message, 'subject' | 'kind' | 'priority' | 'thread' | 'reply_to' | 'task'>>,
  ): Promise<{ path: string; to: string[]; from: string }>;

  /** Answers a message in its conversation; `all`: its other recipients as well. The message counts as read. */
  reply(id: string, body: string, more?: { all?: boolean }): Promise<{ path: string; to: string[]; from: string }>;

  /**
   * Makes turns: so many, until nobody is due, or until `signal` is aborted or the organisation is closed. A turn under way
   * is always finished. One engine works in a folder at a time: the fault `locked` names another one.
   */
  run(options?: {
    /** How many turns. */
    turns?: number;
    /** Until nobody is due any more. */
    until_idle?: boolean;
    /** Credits that it may cost at most. */
    max_cost?: number;
    /** Calls of providers at the same time. */
    concurrency?: number;
    signal?: AbortSignal;
  }): Promise<{
    /** The last committed turn. */
    turn: number;
    /** How many were made. */
    turns: number;
    visits: Visit[];
    spent: number;
    idle: boolean;
    /** Why it ended. `failing`: only agents whose provider keeps failing are left. */
    end: 'turns' | 'paused' | 'idle' | 'failing' | 'interrupted' | 'max-cost' | 'max-turns';
    faults: Fault[];
  }>;

  /** Acts that wait for a person. */
  approvals(): Promise<Approval[]>;

  /**
   * Approves a held act: it is judged again in the next turn, and done once. `changed`: it is held again, because these
   * things are no longer as they were shown.
   */
  approve(
    id: string,
    more?: { note?: string },
  ): Promise<{ id: string; agent: string; tool: string; changed: string[] }>;

  /** Denies a held act; its agent is told the note. */
  deny(id: string, more?: { note?: string }): Promise<{ id: string; agent: string; tool: string }>;

  /** Mail to the person, unread first, then the latest that was read. */
  inbox(options?: { unread?: boolean; all?: boolean }): Promise<Message[]>;

  /** A message. Mail to the person counts as read from then on. */
  read(id: string): Promise<Message>;

  /** Mail of the last 50 turns; `of`: with one agent, or the whole conversation of a message. */
  messages(options?: { of?: string; turns?: number }): Promise<Message[]>;

  /** What was granted, spent, and is left. */
  costs(): Promise<Ledger>;

  /** How the organisation and each agent is. `turn`: the last committed one. */
  status(): Promise<{
    org: string;
    turn: number;
    state: 'idle' | 'running' | 'paused';
    agents: Agent[];
    /** Acts that wait for a person. */
    approvals: number;
    dead_letters: number;
    faults: Fault[];
  }>;

  /**
   * What happens, in the order of the journal, whoever makes the turns: from the next turn on, or from `since`. The effects
   * of a turn come when it is done, so everything that they name stands in the folder. It ends when `signal` is aborted or
   * the organisation is closed, after what was done until then.
   */
  follow(options?: { since?: number; signal?: AbortSignal }): AsyncIterable<Effect>;

  /** Ends `follow`, finishes a turn under way, and waits for everything that was asked. */
  close(): Promise<void>;
}

/** A message, as `inbox --json` tells it. */
export interface Message {
  id: string;
  from: string;
  to: string[];
  turn: number;
  kind: 'message' | 'request' | 'response' | 'report' | 'status' | 'task' | 'notice';
  subject: string;
  priority: 'urgent' | 'high' | 'normal' | 'low';
  /** The id of the first message of its conversation. */
  thread: string;
  reply_to: string | null;
  task: string | null;
  attachments: string[];
  /** Where these lie, in the organisation. */
  files: string[];
  read: boolean;
  /** Its file, in the organisation. */
  path: string;
  body: string;
}

/** One agent's part of one turn. */
export interface Visit {
  turn: number;
  agent: string;
  outcome: 'ok' | 'cut' | 'failed' | 'skipped';
  /** Why it was cut, failed or was skipped. */
  reason?: string;
  /** The reason of a cut in words. */
  detail?: string;
  sent: number;
  refused: number;
  held: number;
  cost: number;
}

/** A held act that waits for a person. */
export interface Approval {
  id: string;
  /** The turn in which it was held. */
  turn: number;
  agent: string;
  tool: string;
  input: unknown;
  /** The rule that holds it, and the reason that it gives. */
  rule: string;
  because?: string;
  /** Who is asked. */
  contacts: string[];
  /** What it would change, for a person. */
  shows?: string;
  /** What changed since it was held. */
  changed: string[];
  /** The conversation to which it belongs. */
  thread: string | null;
  /** What doing it costs. */
  costs: number;
  /** What happens when nobody answers. */
  otherwise: string;
  /** An answer that the next turn takes in. */
  answer: { decision: 'approve' | 'deny'; by: string; note: string } | null;
}

/** The ledger: what was granted, spent and left, and on what it was spent. */
export interface Ledger {
  granted: number;
  spent: number;
  reserved: number;
  left: number;
  /** What attempts that a crash cut off may have cost. */
  in_doubt: number;
  by_agent: Record<string, { granted: number; spent: number; reserved: number; left: number; calls: number }>;
  by_model: Record<string, { spent: number; calls: number; tokens_in: number; tokens_out: number }>;
  by_provider: Record<string, { spent: number; calls: number; tokens_in: number; tokens_out: number }>;
}

/** The state of an agent. */
export interface Agent {
  name: string;
  person: boolean;
  state: 'unknown' | 'initializing' | 'idle' | 'active' | 'paused' | 'error' | 'offline' | 'finished';
  health: 'healthy' | 'degraded' | 'unhealthy';
  unread: number;
  credits: { granted: number; spent: number; reserved: number; left: number };
  last_turn: number;
  next_turn: number | null;
  /** Why it is due in the next turn, or why not. */
  why: string;
}

/** Something that happened in a turn. */
export interface Effect {
  turn: number;
  /** `turn`: its end. */
  what: TurnEvent['what'] | 'turn';
  /** Whom it concerns. */
  agent: string | null;
  /** Of a message, a held act or a dead letter. */
  id: string | null;
  /** One line for people. */
  text: string;
}
