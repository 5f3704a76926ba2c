/** Ends steps that wait for people, mail or turns. */
import { byCodeUnit } from '../../../schema/name.ts';
import type { WorkflowStep } from '../../../schema/records/workflow.ts';
import { readTimeout } from '../../approvals/approval.ts';
import type { StepState } from '../../model/runs/run.ts';
import { endStep, questionKey, type RunDraft, stateOf, stopStep } from './draft.ts';
import type { AnswerFact, MailFact, RunFacts } from './facts.ts';
import { makeWork } from './steps.ts';

/** Whether the time of a step is over. */
export function hasPassed(timeout: string | undefined, { began }: StepState, { turn, time }: RunFacts): boolean {
  if (timeout === undefined || began === null) return false;
  const limit = readTimeout(timeout);
  return 'turns' in limit ? turn >= began.turn + limit.turns : time >= began.time + limit.ms;
}

/** Begins the work of steps that were approved, and ends those that were denied. */
export function judgeQuestions(draft: RunDraft): void {
  for (const step of draft.run.file.steps) {
    const state = stateOf(draft, step.id);
    if (state.status !== 'asking') continue;
    const answer = answerOf(draft, step.id, state);
    if (answer?.decision === 'approve') makeWork(draft, step, state);
    else if (answer) endStep(draft, state, 'failed', { reason: denied(answer) });
    else judgeTime(draft, step, state);
  }
}

/** Ends waits for which what they wait for has come, or whose time is over. */
export function judgeWaits(draft: RunDraft): void {
  for (const step of draft.run.file.steps) {
    const state = stateOf(draft, step.id);
    if (state.status === 'waiting') judgeWait(draft, step, state);
  }
}

function judgeWait(draft: RunDraft, step: WorkflowStep, state: StepState): void {
  const { facts, run } = draft;
  const { mail, turns } = step.wait as NonNullable<WorkflowStep['wait']>;
  const { turn } = state.began as NonNullable<StepState['began']>;
  if (turns !== undefined) {
    if (facts.turn >= turn + turns) endStep(draft, state, 'completed', { result: `${turns} turns went by` });
    else judgeTime(draft, step, state);
    return;
  }
  if (mail) {
    const found = mailFor(draft, mail, turn);
    if (!found) return judgeTime(draft, step, state);
    run.taken.push(found.id);
    return endStep(draft, state, 'completed', { result: found.body });
  }
  const answer = answerOf(draft, step.id, state);
  if (!answer) return judgeTime(draft, step, state);
  if (answer.decision === 'deny') return endStep(draft, state, 'failed', { reason: denied(answer) });
  endStep(draft, state, 'completed', { result: answer.note === '' ? 'approved' : answer.note });
}

/** The earliest mail that fits and ended no other wait. */
function mailFor(
  { facts, run }: RunDraft,
  wanted: { from: readonly string[]; subject?: string | undefined },
  since: number,
): MailFact | undefined {
  return [...facts.mail]
    .sort((a, b) => a.turn - b.turn || byCodeUnit(a.id, b.id))
    .find((mail) => mail.turn >= since && !run.taken.includes(mail.id) && fits(wanted, mail));
}

/** Whether mail is from one of those, and about that. */
export function fits(
  { from, subject }: { from: readonly string[]; subject?: string | undefined },
  mail: Pick<MailFact, 'from' | 'subject'>,
): boolean {
  return from.includes(mail.from) && mail.subject.toLowerCase().includes((subject ?? '').toLowerCase());
}

function judgeTime(draft: RunDraft, step: WorkflowStep, state: StepState): void {
  if (!hasPassed(step.timeout, state, draft.facts)) return;
  stopStep(draft, step.id);
  endStep(draft, state, 'failed', { reason: `it waited longer than ${step.timeout}` });
}

/** The answer to the question of a step. Where several were told, a denial counts, whatever their order. */
function answerOf({ facts, run }: RunDraft, id: string, { round }: StepState): AnswerFact | undefined {
  const key = questionKey(run, id, round);
  const answers = facts.answers.filter((one) => one.key === key);
  return answers.find(({ decision }) => decision === 'deny') ?? answers.sort((a, b) => byCodeUnit(a.by, b.by))[0];
}

function denied({ by, note }: AnswerFact): string {
  return `${by} did not approve${note === '' ? '' : `: ${note}`}`;
}
