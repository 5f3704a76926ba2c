/** What a claim of an agent about its own work is made of. */
import type { Message } from '../../schema/records/message.ts';
import { aboutVisit, type Shown, type Watch } from './finding.ts';
import type { PastWork, ThreadWork } from './past-work.ts';
import type { Claim } from './sentences.ts';
import type { PastVisit } from './visit-reader.ts';

/** The beginning of a sentence in which an agent says what it did. */
export const HAVE = String.raw`\bI(?:['’]ve| have)?(?: (?:now|just|already|also|then|successfully|thoroughly|fully|carefully|even))*`;

/** A text of an agent: mail, or words that nobody got. */
export interface SaidText {
  text: string;
  call: number | null;
  /** Id of the message. */
  id: string | null;
  message: Message | null;
}

/** A claim, and what it says that the journal does not show. */
export interface Lie {
  kind: string;
  claim: Claim;
  what: string;
  /** Instead of the sentence itself. */
  quote?: string;
  /** More evidence than the text. */
  ids?: string[];
}

/** What an agent said in a visit. */
export function textsOf({ replies, sent }: PastVisit): SaidText[] {
  return [
    ...sent.map(({ message, call }) => ({
      text: `${message.body}\n\n${message.subject}`,
      call,
      id: message.id,
      message,
    })),
    ...replies.filter(({ plain }) => plain).map(({ text, call }) => ({ text, call, id: null, message: null })),
  ];
}

/** What the agent of a visit did in the conversations of the visit. */
export function worksOf({ agent, threads }: PastVisit, past: PastWork): ThreadWork[] {
  return threads.map((thread) => past.of(agent, thread));
}

/** Looks for lies in all that agents say: compares it with what they did, in this visit and in earlier ones. */
export function liesIn(judge: (text: SaidText, visit: PastVisit, past: PastWork) => Lie | null): Watch {
  return {
    take(visit, past) {
      if (!past.knows(visit) || visit.line.outcome === 'failed') return [];
      const found = new Map<string, Shown>();
      for (const text of textsOf(visit)) {
        const lie = judge(text, visit, past);
        if (lie && !found.has(lie.kind)) found.set(lie.kind, lieIn(visit, text, lie));
      }
      return [...found.values()];
    },
  };
}

function lieIn(visit: PastVisit, { call, id }: SaidText, { kind, what, claim, quote, ids = [] }: Lie): Shown {
  const { agent, turn } = visit;
  return {
    kind,
    ...aboutVisit(visit),
    call,
    text: `${agent} ${what}.`,
    ids: [id ?? `${turn}.${agent}.${call}`, ...ids],
    quote: quote ?? claim.sentence,
  };
}
