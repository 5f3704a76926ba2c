/** Finds conversations in which agents go on thanking each other. */
import type { Message } from '../../../../schema/records/message.ts';
import type { Detector, Shown } from '../../finding.ts';
import { isCourtesy } from '../../sentences.ts';

/** Polite messages in a row, each an answer to the one before, from which on it is a failure: thanks and a reply to it are not. */
const IN_A_ROW = 3;

/** Polite messages and nothing else, to and fro. */
export const detector: Detector = {
  kinds: {
    'courtesy-loop': {
      mode: 'does not know when to end',
      found: 'three polite messages in a row say nothing else',
      remedy:
        'Say in agents/{agent}/resume.md that thanks need no answer: acknowledge them, or call done. A lower limits.hops in org/org.yaml bounds the conversation.',
    },
  },
  watch() {
    /** Conversation and pair → the polite messages since the last that said something. */
    const rows = new Map<string, Message[]>();
    return {
      take(visit) {
        return visit.sent.flatMap(({ message, call }) => {
          const key = [message.thread, ...[message.from, ...message.to].sort()].join('\0');
          if (!isCourtesy(message)) {
            rows.delete(key);
            return [];
          }
          const row = rows.get(key) ?? [];
          rows.set(key, row);
          if (row.at(-1)?.from === message.from) return [];
          row.push(message);
          return row.length === IN_A_ROW ? [findingOf(row, call)] : [];
        });
      },
    };
  },
};

function findingOf(row: readonly Message[], call: number | null): Shown {
  const { from, to, turn, thread, body } = row.at(-1) as Message;
  return {
    kind: 'courtesy-loop',
    agent: from,
    turn,
    call,
    thread,
    text: `${from} and ${to.join(', ')} answer thanks with thanks: ${row.length} messages that say nothing else.`,
    ids: row.map(({ id }) => id),
    quote: body,
  };
}
