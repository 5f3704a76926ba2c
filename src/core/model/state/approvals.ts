/** The slice of the state for acts that wait for a person, those that were denied, and answers that agents are to be told. */
import type { Json } from '../call.ts';
import type { Cause, Held } from '../entry.ts';

export interface Approval extends Held {
  /** Turn in which the last contact was asked, and its frozen time in ms since 1970. */
  asked: number;
  time: number;
  /**
   * Set when a person answered and the next freeze is to judge the act again. `said`: the option that was chosen, or the
   * text. `edited`: the plan that counts instead of the one that was proposed. `hash`: of the file in which they did, last. `unpaid`: the micro-credits that it costs, when it was approved and
   * could not be paid yet. `told`: the agent has been told.
   */
  answer: {
    decision: 'approve' | 'deny';
    by: string;
    note: string;
    said?: string;
    edited?: Json;
    hash?: string;
    unpaid?: number;
    told?: true;
  } | null;
}

/** An answer that an agent is to be told: it makes the agent due. */
export interface Answer {
  /** The held act. */
  id: string;
  /** The turn since which it waits for a visit. */
  turn: number;
  text: string;
  /** The mail that the agent had when it asked. */
  cause: Cause[];
  /** Visits that were told of it and failed or were cut. */
  attempts: number;
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

export interface ApprovalsState {
  pending: Map<string, Approval>;
  /** Acts that people denied, by the id under which each was held. */
  denied: Map<string, Denied>;
  /** Agent → the answers that its next visit is told. */
  answers: Map<string, Answer[]>;
}

export function emptyApprovals(): ApprovalsState {
  return { pending: new Map(), denied: new Map(), answers: new Map() };
}

const NO_ANSWERS: readonly Answer[] = [];

/** The answers that the next visit of an agent is told. */
export function answersFor({ answers }: ApprovalsState, agent: string): readonly Answer[] {
  return answers.get(agent) ?? NO_ANSWERS;
}

/** Whether an answer makes the agent due. One that came with too many failed visits waits for another reason to visit. */
export function isAnswered({ answers }: ApprovalsState, agent: string, maxAttempts: number): boolean {
  return answers.get(agent)?.some(({ attempts }) => attempts < maxAttempts) === true;
}
