/** What lines about held acts do to the state. */
import { copyWith, defined } from '../../schema/copy.ts';
import { forgetDead } from '../mail/former-dead-letters.ts';
import { settleNotices } from '../mail/notices.ts';
import type { Cause, Effect, Entry, VisitEffect } from '../model/entry.ts';
import { approvalPath } from '../model/paths.ts';
import { type Approval, answersFor } from '../model/state/approvals.ts';
import type { State } from '../model/state.ts';
import { escalatedHeld } from './approval.ts';

/** An act waits for a person from now on. */
export function ask(state: State, { k: _, ...held }: Extract<Effect, { k: 'held' }>): void {
  state.approvals.pending.set(held.id, copyWith(held, { asked: held.turn, time: state.clock.time, answer: null }));
}

/**
 * A decision; the act itself is done at the next freeze. The file of an earlier answer stays known and does not count
 * again.
 */
export function answer(state: State, id: string, given: NonNullable<Approval['answer']>): void {
  const approval = state.approvals.pending.get(id);
  if (!approval) return;
  settleNotices(state, id);
  const hash = given.hash ?? approval.answer?.hash;
  approval.answer = hash === undefined ? given : copyWith(given, { hash });
}

/** An approved act waits for credits. */
export function leaveUnpaid(state: State, { id, cost }: Extract<Effect, { k: 'unpaid' }>): void {
  const approval = state.approvals.pending.get(id);
  if (approval?.answer) approval.answer = copyWith(approval.answer, { unpaid: cost });
}

/** The file at that path cannot be understood: whatever was answered before, the act goes on waiting. */
export function unanswer(state: State, path: string): void {
  const id = /^org\/approvals\/([^/]+)\.md$/.exec(path)?.[1];
  const approval = id === undefined ? undefined : state.approvals.pending.get(id);
  if (approval) approval.answer = null;
}

/** An answer that somebody wrote into the file of an approval. */
export function answerInFile(
  state: State,
  { id, decision, by, note, said, hash, mends }: Extract<Entry, { k: 'answer' }>,
): void {
  answer(state, id, { decision, by, note, hash, ...defined({ said }) });
  state.dead.aside.delete(approvalPath(id));
  if (mends !== undefined) forgetDead(state, mends);
}

/** An agent is to be told an answer. A later one about the same act, or the one that was held in its place, replaces it. */
export function tellAnswer(
  { approvals, clock }: State,
  agent: string,
  text: string,
  { id, cause, again }: { id: string; cause: Cause[]; again?: string | undefined },
): void {
  const others = answersFor(approvals, agent).filter((one) => one.id !== id && one.id !== again);
  approvals.answers.set(agent, [...others, { id, turn: clock.turn + 1, text, cause, attempts: 0 }]);
  const approval = approvals.pending.get(id);
  if (approval?.answer) approval.answer = copyWith(approval.answer, { told: true as const });
}

/** A visit was told answers: they are done with when it ended well (`heard`), else `counts` says whether it was an attempt. */
export function hearAnswers(
  { approvals }: State,
  { agent, answers: told = [] }: Pick<VisitEffect, 'agent' | 'answers'>,
  how: 'heard' | 'attempt',
): void {
  if (told.length === 0) return;
  const isTold = (id: string, turn: number): boolean => told.some((one) => one.id === id && one.turn === turn);
  const left = answersFor(approvals, agent).flatMap((answer) => {
    if (!isTold(answer.id, answer.turn)) return [answer];
    return how === 'heard' ? [] : [copyWith(answer, { attempts: answer.attempts + 1 })];
  });
  if (left.length) approvals.answers.set(agent, left);
  else approvals.answers.delete(agent);
}

/** The next contact is asked. */
export function escalate(state: State, entry: Extract<Entry, { k: 'escalated' }>): void {
  const approval = state.approvals.pending.get(entry.held.id);
  if (approval) Object.assign(approval, escalatedHeld(entry), { asked: entry.turn, time: state.clock.time });
}
