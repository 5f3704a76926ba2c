/** Finds visits that were paid for and changed nothing. */
import { aboutVisit, type Detector, type Shown } from '../../finding.ts';
import { achieved } from '../../past-work.ts';
import { isCourtesy } from '../../sentences.ts';
import type { PastVisit } from '../../visit-reader.ts';

/** Replies of one visit without any effect, and visits in a row, from which on it is a failure. */
const REPLIES = 3;
const VISITS = 3;

/** A long visit without effect, or several short ones of one agent in a row. */
export const detector: Detector = {
  kinds: {
    'no-progress': {
      mode: 'does not know when to end',
      found: 'three calls of a visit, or three visits in a row, had no effect',
      remedy:
        'Say in agents/{agent}/resume.md what each visit has to leave behind: a message, a file or an entry of memory, and check that it has the tools and edges for it. Where it is called without mail, set schedule.when: mail or a longer schedule.every.',
    },
  },
  watch() {
    const rows = new Map<string, PastVisit[]>();
    return {
      take(visit) {
        const { agent, line, replies } = visit;
        if (line.outcome !== 'ok' || replies.length === 0) return [];
        if (achieved(visit) || (visit.given.length > 0 && visit.given.every(isCourtesy))) {
          rows.delete(agent);
          return [];
        }
        const row = rows.get(agent) ?? [];
        rows.set(agent, row);
        row.push(visit);
        if (row.length !== VISITS && replies.length < REPLIES) return [];
        return [findingOf(visit, replies.length < REPLIES ? row : [visit])];
      },
    };
  },
};

function findingOf(visit: PastVisit, row: readonly PastVisit[]): Shown {
  const { agent, replies } = visit;
  const calls = row.reduce((sum, one) => sum + one.replies.length, 0);
  const what = row.length > 1 ? `${row.length} visits in a row` : 'a visit';
  return {
    kind: 'no-progress',
    ...aboutVisit(visit),
    text: `${agent} made ${what} with ${calls} calls that changed nothing and told nobody anything.`,
    ids: row.flatMap((one) => one.replies.map(({ call }) => `${one.turn}.${agent}.${call}`)),
    quote: replies.findLast(({ text }) => text !== '')?.text ?? '',
  };
}
