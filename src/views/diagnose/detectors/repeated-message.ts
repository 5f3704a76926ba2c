/** Finds messages that say again, in the same conversation, what their author said before. */
import type { Message } from '../../../schema/records/message.ts';
import { aboutVisit, type Detector } from '../finding.ts';
import { isCourtesy } from '../sentences.ts';

/** Shorter texts, such as "Yes.", may be right twice. */
const LEAST = 20;

/** The same text to the same reader, who did not write in between. */
export const repeatedMessage: Detector = {
  take(visit, past) {
    return visit.sent.flatMap(({ message, call }) => {
      const { told, given } = past.of(visit.agent, message.thread);
      const before = told.find(
        (one) => one !== message && isSame(one, message) && told.indexOf(one) < told.indexOf(message),
      );
      if (!before || given.some((mail) => isNewWord(mail, before, message))) return [];
      return [
        {
          kind: 'repeated-message',
          mode: 'repeats steps' as const,
          ...aboutVisit(visit),
          call,
          thread: message.thread,
          text: `${visit.agent} sent ${message.to.join(', ')} the same text again, though nobody had written to it in between.`,
          ids: [before.id, message.id],
          quote: message.body,
          remedy: `Say in agents/${visit.agent}/resume.md that a message is sent once, and that whoever waits calls done. A lower hops in org/org.yaml ends such conversations sooner.`,
        },
      ];
    });
  },
};

function isSame(one: Message, other: Message): boolean {
  const text = plain(other.body);
  return (
    text.length >= LEAST &&
    !isCourtesy(other) &&
    plain(one.body) === text &&
    one.to.join() === other.to.join() &&
    (one.attachments ?? []).join() === (other.attachments ?? []).join()
  );
}

/** Whether a reader wrote something in between that differs from what it wrote before: then the same may be the answer. */
function isNewWord(mail: Message, before: Message, again: Message): boolean {
  return again.to.includes(mail.from) && mail.turn >= before.turn && mail.turn < again.turn;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
