/** Finds requests, tasks and mail of people whose answer is still owed although nobody works on it any more. */
import type { Message } from '../../../schema/records/message.ts';
import type { Detector, Finding } from '../finding.ts';
import type { PastWork } from '../past-work.ts';
import type { PastVisit } from '../visit-reader.ts';

/** An answer that an agent owes. */
interface Debt {
  agent: string;
  mail: Message;
  /** The turn in which the agent was given it. */
  since: number;
  /** The turn in which it was reminded. */
  reminded: number | null;
}

/** By agent, by message. */
type Debts = Map<string, Map<string, Debt>>;

/** Turns for which a conversation rests before an answer without a reminder counts as forgotten. */
const REST = 5;

/** Follows who owes what, by the lines of visits and messages (`src/core/mail/owed.ts`). */
export function unanswered(): Detector {
  const debts: Debts = new Map();
  const last = new Map<string, number>();
  return {
    take(visit) {
      for (const thread of visit.threads) last.set(thread, visit.turn);
      follow(debts, visit);
      return [];
    },
    open(past) {
      return [...debts.values()]
        .flatMap((own) => [...own.values()])
        .filter((debt) => isForgotten(debt, last, past))
        .map(findingOf);
    },
  };
}

function follow(debts: Debts, { turn, agent, line, given, sent }: PastVisit): void {
  const own = debts.get(agent) ?? new Map<string, Debt>();
  debts.set(agent, own);
  for (const mail of given) {
    const known = own.get(mail.id);
    if (line.owes?.includes(mail.id)) own.set(mail.id, { agent, mail, since: turn, reminded: null });
    else if (known && line.reminded?.includes(mail.id)) known.reminded = turn;
  }
  for (const id of line.closed ?? []) own.delete(id);
  for (const { message } of sent) pay(own, message);
}

function pay(own: Map<string, Debt>, { to, thread, kind, reply_to }: Message): void {
  if (kind === 'status' || kind === 'notice' || kind === 'request') return;
  for (const [id, { mail }] of own)
    if (to.includes(mail.from) && (mail.thread === thread || mail.id === reply_to)) own.delete(id);
}

/** It was reminded and did not answer; or its conversation has rested, and it waits for nobody whom it asked. */
function isForgotten({ agent, mail, reminded }: Debt, last: ReadonlyMap<string, number>, past: PastWork): boolean {
  if (reminded !== null) return true;
  if (past.turn - (last.get(mail.thread) ?? past.turn) < REST) return false;
  return !waitsForSomebody(agent, mail.thread, past);
}

function waitsForSomebody(agent: string, thread: string, past: PastWork): boolean {
  const { told, given } = past.of(agent, thread);
  return told.some(
    ({ kind, to, turn }) =>
      (kind === 'request' || kind === 'task') && !given.some((mail) => to.includes(mail.from) && mail.turn >= turn),
  );
}

function findingOf({ agent, mail, since, reminded }: Debt): Finding {
  const { id, from, thread, kind, subject, body } = mail;
  const how = reminded === null ? 'its conversation has stopped' : `it was reminded in turn ${reminded}`;
  return {
    kind: 'unanswered',
    mode: 'ends too early',
    ...{ agent, turn: reminded ?? since, call: null, thread },
    text: `${agent} never answered the ${kind} of ${from} (${id}), given in turn ${since}; ${how}.`,
    ids: [id],
    quote: body || subject,
    remedy: `Say in agents/${agent}/resume.md that whoever asks gets the result or the reason why there is none. Check in org/chart.yaml that ${agent} may write to ${from}, and that limits.steps leaves room for the answer.`,
  };
}
