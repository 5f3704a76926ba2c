/** The slice of the state for calls of models: those under way, and how the models answer. */
import { SpillMap } from '../maps/spill-map.ts';

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

/** A model whose last calls failed. */
export interface Breaker {
  /** Failures in a row. */
  failures: number;
  /** When the last of them was: milliseconds since 1970. */
  since: number;
}

/** A visit whose prompt a model refused: its message, null when it was given several or none. */
export interface Refusal {
  agent: string;
  mail: string | null;
}

/** Outcomes of a model's attempts in the turn that is being made. */
export interface Tries {
  replies: number;
  outages: number;
  /** When the last outage was: milliseconds since 1970. */
  since: number;
}

export interface CallsState {
  /** Attempts under way in the turn being made. */
  open: Map<string, OpenCall>;
  /** Models whose last calls failed. */
  breakers: Map<string, Breaker>;
  /** Model → what it refused since it answered last (`mail/refusals.ts`). */
  refusals: Map<string, readonly Refusal[]>;
  /** Model → until when its service asked for no call (Retry-After): milliseconds since 1970. */
  waits: Map<string, number>;
  /** Outcomes by model in the turn being made. */
  tries: Map<string, Tries>;
  /** Models that reported usage above their reserve: stopped until the owner looks. */
  stopped: Map<string, string>;
  /** Hashes of the texts that prompts refer to. */
  blobs: SpillMap<1>;
}

export function emptyCalls(): CallsState {
  return {
    open: new Map(),
    breakers: new Map(),
    refusals: new Map(),
    waits: new Map(),
    tries: new Map(),
    stopped: new Map(),
    blobs: new SpillMap(),
  };
}
