/** Finds visits that were paid for and changed nothing. */
import { aboutVisit, type Detector, type KnownFailure } from '../finding.ts';
import { achieved } from '../past-work.ts';
import { isCourtesy } from '../sentences.ts';
import type { PastVisit } from '../visit-reader.ts';

/** Replies of one visit without any effect, and visits in a row, from which on it is a failure. */
const REPLIES = 3;
const VISITS = 3;

/** A long visit without effect, or several short ones of one agent in a row. */
export function noProgress(): Detector {
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
}

function findingOf(visit: PastVisit, row: readonly PastVisit[]): KnownFailure {
  const { agent, turn, replies } = visit;
  const calls = row.reduce((sum, one) => sum + one.replies.length, 0);
  const what = row.length > 1 ? `${row.length} visits in a row` : 'a visit';
  return {
    kind: 'no-progress',
    mode: 'does not know when to end',
    ...aboutVisit(visit),
    text: `${agent} made ${what} with ${calls} calls that changed nothing and told nobody anything.`,
    ids: row.flatMap((one) => one.replies.map(({ call }) => `${one.turn}.${agent}.${call}`)),
    quote: replies.findLast(({ text }) => text !== '')?.text ?? '',
    remedy:
      visit.given.length > 0
        ? `Say in agents/${agent}/resume.md what each visit has to leave behind: a message, a file or an entry of memory. ${turn === 1 ? 'Check its tools.' : 'Check that it has the tools and edges for it.'}`
        : `Set schedule.when: mail in agents/${agent}/resume.md, or a longer schedule.every, so that it is called when there is work.`,
  };
}
