/** What a diagnosis finds, and what a detector is. */
import type { PastWork } from './past-work.ts';
import type { PastVisit } from './visit-reader.ts';

/** The known ways to fail that a journal can show, as `docs/minds.md` names them. */
export type FailureMode =
  | 'repeats steps'
  | 'does not know when to end'
  | 'withholds what others need'
  | 'ignores what it was told'
  | 'says one thing and does another'
  | 'ends too early'
  | 'verifies nothing'
  | 'verifies wrongly';

/** A failure, with where it is seen and what to change. Texts may hold words of agents. */
export interface KnownFailure {
  /** Stable code, such as `untested-claim`. */
  kind: string;
  mode: FailureMode;
  agent: string;
  turn: number;
  /** The call of the visit, from 1; null where it is about the whole visit. */
  call: number | null;
  /** The conversation; null for a visit without mail. */
  thread: string | null;
  /** What happened, in one sentence. */
  text: string;
  /** Ids of messages, or `TURN.AGENT.CALL` of calls, that show it. */
  ids: string[];
  /** A short passage that shows it; empty where there is none. */
  quote: string;
  /** What to change: a prompt, an edge, a tool or a limit. */
  remedy: string;
}

/** Looks for one kind of failure in the visits of a journal, in order. */
export interface Detector {
  /** What a visit that just ended shows. `past` holds all that happened up to its end. */
  take?(visit: PastVisit, past: PastWork): KnownFailure[];
  /** What the journal shows as it ends now, such as an answer that is still owed. */
  open?(past: PastWork): KnownFailure[];
}

/** The common part of a finding about a visit. */
export function aboutVisit({
  turn,
  agent,
  threads,
}: PastVisit): Pick<KnownFailure, 'agent' | 'turn' | 'call' | 'thread'> {
  return { turn, agent, call: null, thread: threads[0] || null };
}
