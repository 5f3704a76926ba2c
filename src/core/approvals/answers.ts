/** What agents are told of the answers to their held acts, and when. */
import { type Config, peopleOf } from '../model/config.ts';
import type { Effect, Held } from '../model/entry.ts';
import type { Answer, Approval } from '../model/state/approvals.ts';
import type { State } from '../model/state.ts';
import { countCredits } from '../money/ledger.ts';
import { priceOf } from '../money/price.ts';
import { callName } from '../text/call-name.ts';
import { questionOf } from './question.ts';

type Given = NonNullable<Approval['answer']>;

/** Whether the answer is all there is to tell: nothing is done because of it. */
export function isSaid(config: Config, { tool, run }: Pick<Held, 'tool' | 'run'>, { decision }: Given): boolean {
  return decision === 'deny' || run !== undefined || (tool === 'request_approval' && priceOf(config, tool) === 0);
}

/**
 * Answers that the freeze knows in full: their agents are told in this very turn. An agent with an approved act is told all
 * answers together in the next turn: what came of that act is no part of the snapshot. Pure.
 */
export function saidAnswers(config: Config, { approvals }: State): Effect[] {
  const fresh = [...approvals.pending.values()].flatMap((approval) => {
    const { answer } = approval;
    return answer && answer.unpaid === undefined && !answer.told && approval.run === undefined
      ? [{ approval, answer }]
      : [];
  });
  if (fresh.length === 0) return [];
  const acting = new Set(
    fresh.filter(({ approval, answer }) => !isSaid(config, approval, answer)).map(({ approval }) => approval.agent),
  );
  return fresh
    .filter(({ approval }) => !acting.has(approval.agent))
    .map(({ approval, answer }) => answerNotice(approval, answer, saidText(approval, answer)));
}

/** The outcome of an answer that is all there is to tell. */
export function saidText(held: Held, { decision, said }: Given): string {
  if (!questionOf(held)) return 'not done';
  return said ?? (decision === 'approve' ? 'Yes' : 'No');
}

/** Tells the agent an answer; that makes it due. */
export function answerNotice(held: Held, answer: Given, outcome: string): Effect {
  return noticeOf(held, answer, answerText(held, answer, outcome));
}

/** Tells the agent that an approved act must wait for credits. */
export function unpaidNotice(held: Held, answer: Given, cost: number): Effect {
  const why = `A use of ${held.tool} costs ${countCredits(cost)}, which is more than you may spend now. It will be done in the first turn that can pay for it.`;
  return noticeOf(held, answer, `${answeredText(held, answer)} ${why}`);
}

/** Tells people of answers whose last attempt this visit was: they do not make the agent due any more. */
export function unheardNotices(
  config: Config,
  { agent, answers }: { agent: string; answers: readonly Answer[] },
  how: string,
): Effect[] {
  const most = config.org.limits.max_attempts;
  return answers
    .filter(({ attempts }) => attempts + 1 === most)
    .flatMap(({ id }) => {
      const text = `${most} ${most === 1 ? 'visit' : 'visits'} of ${agent} with the answer to ${id} ${how}. It gets the answer again with its next mail: write to it to try again.`;
      return peopleOf(config).map((to): Effect => ({ k: 'notice', to, about: 'approval', text }));
    });
}

/** The mail that the agent had when it asked is what its answer is about. A person has spoken, so its chain begins anew. */
function noticeOf({ id, agent, cause, again }: Held, { by }: Given, text: string): Effect {
  const mail = by === 'nobody' ? cause : cause.map(({ hops: _, ...rest }) => Object.assign(rest, { hops: 0 }));
  return {
    k: 'notice',
    to: agent,
    about: 'approval',
    text,
    answers: { id, cause: mail, ...(again && { again: again.of }) },
  };
}

/** The answer in words: the question or the act, what was decided, and the outcome. */
export function answerText(held: Held, answer: Given, outcome: string): string {
  const asked = questionOf(held);
  if (!asked) {
    const came = answer.decision === 'deny' ? 'It was not done.' : `Result: ${block(outcome)}`;
    return `${answeredText(held, answer)} ${came}`;
  }
  const { decision, by, note, said } = answer;
  const { question, options, context } = asked;
  const yes = decision === 'deny' ? 'No' : options.length ? 'Yes, without naming an option' : 'Yes';
  const reply = said === undefined ? yes : JSON.stringify(said);
  const what = `${held.id} ${JSON.stringify(question)}`;
  return [
    by === 'nobody' ? `No one answered ${what} in time. The answer is: ${reply}.` : `${by} answered ${what}: ${reply}.`,
    noted(note),
    said === undefined && options.length
      ? `The options were: ${options.map((option) => JSON.stringify(option)).join(', ')}.`
      : '',
    context === undefined ? '' : `Your context then: ${block(context)}`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** Who decided about which act. */
function answeredText({ id, turn, tool, input, cause }: Held, { decision, by, note }: Given): string {
  const [mail] = cause;
  const where = [id, `turn ${turn}`, ...(mail ? [`after ${mail.id} ${JSON.stringify(mail.subject)}`] : [])];
  const act = `your ${actName({ tool, input })} (${where.join(', ')})`;
  const verb = decision === 'approve' ? 'approved' : 'denied';
  const who = by === 'nobody' ? `No one answered ${act} in time, so it is ${verb}.` : `${by} ${verb} ${act}.`;
  return [who, by === 'nobody' ? '' : noted(note)].filter(Boolean).join(' ');
}

function noted(note: string): string {
  return note === '' ? '' : `Note: ${JSON.stringify(note)}${/[.!?]$/.test(note) ? '' : '.'}`;
}

/** A text of several lines stands below, each line with a mark, so that none looks like a line of the prompt. */
function block(text: string): string {
  return text.includes('\n') ? `\n${text.trimEnd().replace(/^/gm, '  > ')}\n` : text;
}

/** The act in a few words. A question is repeated in full, because the agent may have forgotten it. */
export function actName(held: Pick<Held, 'tool' | 'input'>): string {
  const asked = questionOf(held);
  return asked
    ? `request_approval ${JSON.stringify(asked.question)}`
    : callName(held).replace(/^send_message /, 'message ');
}
