/** Lists the answers that agents owe. */
import { owedIn } from '../../core/mail/owed.ts';
import type { Config } from '../../core/model/config.ts';
import type { State } from '../../core/model/state.ts';
import { shorten } from '../text/table.ts';

/** An answer that an agent owes. */
export interface OwedAnswer {
  agent: string;
  /** Who waits for it. */
  to: string;
  /** The message. */
  id: string;
  subject: string;
  /** The turn in which the agent was given the message. */
  turn: number;
  /** The agent was reminded, and is not reminded again. */
  reminded: boolean;
}

/** All answers that are owed, in chart order, except where the agent asked back and waits. Pure. */
export function owedAnswers(config: Config, state: State): OwedAnswer[] {
  return owedIn(config, state).flatMap(({ agent, owed }) =>
    owed
      .filter(({ asked }) => !asked)
      .map(({ id, from, subject, turn, mail }) => ({
        agent,
        to: from,
        id,
        subject,
        turn,
        reminded: mail === undefined,
      })),
  );
}

/** Answers that are named at most. */
const NAMED = 5;

/** The oldest of them, a line each. */
export function printOwed(owed: readonly OwedAnswer[]): string[] {
  const lines = owed
    .slice(0, NAMED)
    .map(
      ({ agent, to, id, subject, turn, reminded }) =>
        `${agent} owes ${to} an answer to ${id} since turn ${turn}${reminded ? ', and was reminded' : ''}: ${shorten(subject, 50)}`,
    );
  const more = owed.length - lines.length;
  return more > 0 ? [...lines, `${more} more answers are owed: lemming status --json`] : lines;
}
