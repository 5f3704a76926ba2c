/** What a diagnosis finds, and what a detector is. */
import type { PastWork } from './past-work.ts';
import type { PastVisit } from './visit-reader.ts';

/** The known ways to fail that a journal can show, as `docs/minds.md` names them. */
export type FailureMode =
  | 'disobeys the task'
  | 'repeats steps'
  | 'does not know when to end'
  | 'withholds what others need'
  | 'ignores what it was told'
  | 'says one thing and does another'
  | 'ends too early'
  | 'verifies nothing'
  | 'verifies wrongly';

/** What a detector shows: where the failure is seen, and by what. Texts may hold words of agents. */
export interface Shown {
  /** Stable code, such as `untested-claim`: one of the kinds of its detector. */
  kind: string;
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
}

/** A failure, with where it is seen and what to change. */
export interface KnownFailure extends Shown {
  mode: FailureMode;
  /** What to change: a prompt, an edge, a tool or a limit. */
  remedy: string;
}

/** What all failures of a kind have in common. */
export interface FailureKind {
  mode: FailureMode;
  /** Ends "is found when". */
  found: string;
  /** What to change. `{agent}` is whose failure it is. */
  remedy: string;
}

/** Looks for kinds of failures. Its file exports it as `detector`; `npm run docs` lists it. */
export interface Detector {
  /** By code. */
  kinds: Readonly<Record<string, FailureKind>>;
  /** Begins with a journal. */
  watch(): Watch;
}

/** Looks at the visits of one journal, in order, and may remember what it saw. */
export interface Watch {
  /** What a visit that just ended shows. `past` holds all that happened up to its end. */
  take?(visit: PastVisit, past: PastWork): Shown[];
  /** What the journal shows as it ends now, such as an answer that is still owed. */
  open?(past: PastWork): Shown[];
}

/** The common part of a finding about a visit. */
export function aboutVisit({ turn, agent, threads }: PastVisit): Pick<Shown, 'agent' | 'turn' | 'call' | 'thread'> {
  return { turn, agent, call: null, thread: threads[0] || null };
}

/** A finding with what all of its kind have in common. */
export function failureOf(shown: Shown, kinds: Detector['kinds']): KnownFailure {
  const { mode, remedy } = kinds[shown.kind] as FailureKind;
  return { ...shown, mode, remedy: remedy.replaceAll('{agent}', shown.agent) };
}
