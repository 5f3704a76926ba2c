/** Finds mail that asked for something, was given, and had no effect. */
import type { Message } from '../../../../schema/records/message.ts';
import type { Detector, Shown } from '../../finding.ts';
import { achieved, type PastWork } from '../../past-work.ts';
import { asksSomething, isCourtesy } from '../../sentences.ts';
import type { PastVisit } from '../../visit-reader.ts';
import { owesByRules } from './unanswered.ts';

/** Mail that nothing has referred to so far. */
interface Unused {
  agent: string;
  turn: number;
  mail: Message;
  /** Words that are new in it: whoever takes it up uses one of them. */
  words: ReadonlySet<string>;
}

/** Mail of an agent that is looked at again in later visits; the oldest stays as it is. */
const KEPT = 32;
/** Earlier messages of a conversation whose words are known already. */
const KNOWN = 8;

/** Later visits of the conversation may still take the mail up. */
export const detector: Detector = {
  kinds: {
    'unused-mail': {
      mode: 'ignores what it was told',
      found: 'mail asked for something, and its reader neither answered nor acted',
      remedy:
        'Let its author send such mail as a request, which brings a reminder, or say in agents/{agent}/resume.md what to do with it.',
    },
  },
  watch() {
    /** By agent, by message. */
    const unused = new Map<string, Map<string, Unused>>();
    const settled: Shown[] = [];
    return {
      take(visit, past) {
        if (visit.line.outcome !== 'ok') return [];
        const own = unused.get(visit.agent) ?? new Map<string, Unused>();
        unused.set(visit.agent, own);
        let words: Set<string> | null = null;
        const said = (): Set<string> => {
          words ??= wordsOf(outputOf(visit));
          return words;
        };
        for (const [id, one] of own) if (isUsed(one, visit, said)) own.delete(id);
        const fresh = past.knows(visit) ? visit.given : [];
        for (const mail of fresh) {
          if (!wantsUse(mail, visit) || owesByRules(mail, visit, past)) continue;
          const one = unusedOf(mail, visit, past);
          if (!isUsed(one, visit, said)) own.set(mail.id, one);
        }
        for (const [id, one] of [...own].slice(0, Math.max(0, own.size - KEPT))) {
          own.delete(id);
          settled.push(findingOf(one));
        }
        return [];
      },
      open() {
        return [...settled, ...[...unused.values()].flatMap((own) => [...own.values()].map(findingOf))];
      },
    };
  },
};

function unusedOf(mail: Message, { agent, turn }: PastVisit, past: PastWork): Unused {
  const { given, messages } = past.of(agent, mail.thread);
  const before = [...given.slice(0, given.indexOf(mail)), ...messages.filter((one) => one.turn < turn)].slice(-KNOWN);
  const known = wordsOf([mail.subject, ...before.map(({ body }) => body)].join(' '));
  return { agent, turn, mail, words: new Set([...wordsOf(mail.body)].filter((word) => !known.has(word))) };
}

/** Mail that asks for something and to which no answer is owed: that one is told as unanswered. */
function wantsUse(mail: Message, { line }: PastVisit): boolean {
  if (mail.kind === 'status' || mail.kind === 'notice') return false;
  if (line.owes?.includes(mail.id) || line.reminded?.includes(mail.id)) return false;
  return !isCourtesy(mail) && asksSomething(mail.body);
}

function isUsed({ mail, words }: Unused, visit: PastVisit, said: () => ReadonlySet<string>): boolean {
  if (visit.settled.includes(mail.id) || visit.line.closed?.includes(mail.id)) return true;
  if (visit.sent.some(({ message }) => message.reply_to === mail.id || message.to.includes(mail.from))) return true;
  if (!visit.threads.includes(mail.thread) || !achieved(visit)) return false;
  if (visit.given.length === 1 && visit.sent.length === 0) return true;
  const all = said();
  return [...words].some((word) => all.has(word));
}

/** All that a visit said and wrote. */
function outputOf({ replies, sent }: PastVisit): string {
  return [
    ...replies.map(({ text, acts }) => `${text} ${JSON.stringify(acts.map(({ input }) => input))}`),
    ...sent.map(({ message }) => message.body),
  ].join(' ');
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []);
}

function findingOf({ agent, turn, mail }: Unused): Shown {
  const { id, from, thread, body } = mail;
  return {
    kind: 'unused-mail',
    ...{ agent, turn, call: null, thread },
    text: `${agent} was given ${id} of ${from} and neither answered it nor acted on it.`,
    ids: [id],
    quote: body,
  };
}
