/** Finds messages that say again, in the same conversation, what their author said before. */
import type { Message } from '../../../../schema/records/message.ts';
import { aboutVisit, type Detector, type Shown } from '../../finding.ts';
import { isCourtesy } from '../../sentences.ts';
import type { PastVisit } from '../../visit-reader.ts';

/** Shorter texts, such as "Yes.", may be right twice. */
const LEAST = 20;

/** Messages of an author that are remembered in a conversation. */
const KEPT = 64;

/** The same text to the same reader, who did not write in between. */
export const detector: Detector = {
  kinds: {
    'repeated-message': {
      mode: 'repeats steps',
      found: 'an agent sent the same text to the same reader again, and the reader had not asked for it',
      remedy:
        'Say in agents/{agent}/resume.md that a message is sent once, and that whoever waits calls done. A lower limits.hops in org/org.yaml ends such conversations sooner.',
    },
  },
  watch() {
    /** Author and conversation → what it said to whom, and the message. */
    const said = new Map<string, Map<string, Message>>();
    return {
      take(visit, past) {
        return visit.sent.flatMap(({ message, call }) => {
          const before = noteIn(said, message);
          const { given } = past.of(visit.agent, message.thread);
          if (!before || given.some((mail) => isBetween(mail, before, message))) return [];
          return [findingOf(visit, before, message, call)];
        });
      },
    };
  },
};

/** Notes a message; gives the one before that said the same. */
function noteIn(said: Map<string, Map<string, Message>>, message: Message): Message | undefined {
  const { from, thread, to, body, attachments = [] } = message;
  const text = plain(body);
  if (text.length < LEAST || isCourtesy(message)) return undefined;
  const own = said.get(`${from} ${thread}`) ?? new Map<string, Message>();
  said.set(`${from} ${thread}`, own);
  const key = [text, ...to, ...attachments].join('\0');
  const before = own.get(key);
  own.set(key, message);
  const [oldest] = own.keys();
  if (own.size > KEPT && oldest !== undefined) own.delete(oldest);
  return before;
}

function findingOf(visit: PastVisit, before: Message, again: Message, call: number | null): Shown {
  const { agent } = visit;
  return {
    kind: 'repeated-message',
    ...aboutVisit(visit),
    call,
    thread: again.thread,
    text: `${agent} sent ${again.to.join(', ')} the same text again, though nobody had written to it in between.`,
    ids: [before.id, again.id],
    quote: again.body,
  };
}

/** Whether a reader of the message wrote in between: then the same may be the answer. */
function isBetween(mail: Message, before: Message, again: Message): boolean {
  return again.to.includes(mail.from) && mail.turn >= before.turn && mail.turn < again.turn;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
