/** Finds requests, tasks and mail of people whose answer is still owed although nobody works on it any more. */
import type { Message } from '../../../../schema/records/message.ts';
import type { Detector, Shown } from '../../finding.ts';
import { achieved, type PastWork, type WaitingMail } from '../../past-work.ts';
import { asksSomething, isCourtesy } from '../../sentences.ts';
import type { PastVisit } from '../../visit-reader.ts';

/** An answer that an agent owes. */
interface Debt {
  agent: string;
  mail: Message;
  /** The turn in which the agent was given it. */
  since: number;
  /** The turn in which it was reminded. */
  reminded: number | null;
  /** The engine knows of it and reminds the agent once nobody has other work. */
  isKept: boolean;
}

/** By agent, by message. */
type Debts = Map<string, Map<string, Debt>>;

/** Turns for which a conversation rests before an answer without a reminder counts as forgotten. */
const REST = 5;

/** Follows who owes what, by the lines of visits and messages (`src/core/mail/owed.ts`). */
export const detector: Detector = {
  kinds: {
    unanswered: {
      mode: 'ends too early',
      found:
        'a request, a task or mail of a person is owed an answer, and a reminder did not help or nobody works on it',
      remedy:
        'Say in agents/{agent}/resume.md that whoever asks gets the result, or the reason why there is none. lemming inspect {agent} shows whether it is paused (lemming resume {agent}), lacks credits or steps, or may not write to whoever asked (org/chart.yaml).',
    },
  },
  watch() {
    const debts: Debts = new Map();
    const last = new Map<string, number>();
    return {
      take(visit, past) {
        for (const thread of visit.threads) last.set(thread, visit.turn);
        follow(debts, visit, past);
        return [];
      },
      open(past) {
        return [...debts.values()]
          .flatMap((own) => [...own.values()])
          .filter((debt) => isForgotten(debt, last, past))
          .map(findingOf)
          .concat(
            past
              .undelivered()
              .filter((one) => isStuck(one, past))
              .map((one) => stuckOf(one, past)),
          );
      },
    };
  },
};

function follow(debts: Debts, visit: PastVisit, past: PastWork): void {
  const { turn, agent, line, given, sent } = visit;
  const own = debts.get(agent) ?? new Map<string, Debt>();
  debts.set(agent, own);
  for (const mail of given) {
    const known = own.get(mail.id);
    const isKept = line.owes?.includes(mail.id) === true;
    if (isKept || owesByRules(mail, visit, past))
      own.set(mail.id, { agent, mail, since: turn, reminded: null, isKept });
    else if (known && line.reminded?.includes(mail.id)) known.reminded = turn;
  }
  for (const id of line.closed ?? []) own.delete(id);
  for (const { message } of sent) pay(own, message);
}

/**
 * Where rules answer, the engine remembers no debts; but a request without an answer is one there, too. A task of a colleague
 * may be answered by doing it.
 */
export function owesByRules(mail: Message, visit: PastVisit, { people }: PastWork): boolean {
  if (!visit.byRules || visit.line.outcome !== 'ok' || visit.settled.includes(mail.id)) return false;
  if (people.has(mail.from))
    return isLetter(mail) && !isCourtesy(mail) && asksSomething(`${mail.subject}\n${mail.body}`);
  return mail.kind === 'request' || (mail.kind === 'task' && !achieved(visit));
}

function isLetter({ kind }: Message): boolean {
  return kind !== 'status' && kind !== 'notice';
}

function pay(own: Map<string, Debt>, { to, thread, kind, reply_to }: Message): void {
  if (kind === 'status' || kind === 'notice' || kind === 'request') return;
  for (const [id, { mail }] of own)
    if (to.includes(mail.from) && (mail.thread === thread || mail.id === reply_to)) own.delete(id);
}

/** It was reminded and did not answer; or its conversation has rested, and it waits for nobody whom it asked. */
function isForgotten(
  { agent, mail, reminded, isKept }: Debt,
  last: ReadonlyMap<string, number>,
  past: PastWork,
): boolean {
  if (reminded !== null) return true;
  if (past.isUnderWay(mail.thread)) return false;
  if (isKept && past.turn - (last.get(mail.thread) ?? past.turn) < REST) return false;
  return !waitsForSomebody(agent, mail.thread, past);
}

/** Whether an agent asked somebody in the conversation who has not written since. */
export function waitsForSomebody(agent: string, thread: string, past: PastWork): boolean {
  const { messages, given } = past.of(agent, thread);
  return messages.some(
    ({ kind, to, turn }) =>
      (kind === 'request' || kind === 'task') && !given.some((mail) => to.includes(mail.from) && mail.turn >= turn),
  );
}

function findingOf({ agent, mail, since, reminded }: Debt): Shown {
  const { id, from, thread, kind, subject, body } = mail;
  const how = reminded === null ? 'its conversation has stopped' : `it was reminded in turn ${reminded}`;
  return {
    kind: 'unanswered',
    ...{ agent, turn: reminded ?? since, call: null, thread },
    text: `${agent} never answered the ${kind} of ${from} (${id}), given in turn ${since}; ${how}.`,
    ids: [id],
    quote: body || subject,
  };
}

/** Work lies with an agent that is paused. */
function isStuck({ mail, agent }: WaitingMail, past: PastWork): boolean {
  if (mail.kind !== 'request' && mail.kind !== 'task' && !(past.people.has(mail.from) && asksSomething(mail.body)))
    return false;
  if (mail.kind === 'notice' || mail.kind === 'status') return false;
  const since = past.paused.get(agent);
  return since !== undefined && (since <= mail.turn || past.turn - since >= REST);
}

function stuckOf({ mail, agent }: WaitingMail, past: PastWork): Shown {
  const { id, from, turn, thread, kind, subject, body } = mail;
  const isPaused = past.paused.has(agent);
  return {
    kind: 'unanswered',
    ...{ agent, turn, call: null, thread },
    text: isPaused
      ? `${agent} is paused and was never given the ${kind} of ${from} (${id}).`
      : `${agent} was never given the ${kind} of ${from} (${id}): it was not called since turn ${turn}.`,
    ids: [id],
    quote: body || subject,
  };
}
