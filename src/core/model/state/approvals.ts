/** The slice of the state for acts that wait for a person, and for those that were denied. */
import type { Held } from '../entry.ts';

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
}

export function emptyApprovals(): ApprovalsState {
  return { pending: new Map(), denied: new Map() };
}
