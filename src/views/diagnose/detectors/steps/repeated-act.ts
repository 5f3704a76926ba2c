/** Finds calls of a visit that were made again although their result was known. */
import { callName } from '../../../../core/text/call-name.ts';
import { aboutVisit, type Detector, type Shown } from '../../finding.ts';
import { achieved } from '../../past-work.ts';
import type { PastUse, PastVisit } from '../../visit-reader.ts';

/** Replies with the same call and the same result, from which on it is a failure. */
const AGAIN = 2;

/** The same call with the same result in several replies, with nothing changed in between. */
export const detector: Detector = {
  kinds: {
    'repeated-act': {
      mode: 'repeats steps',
      found: 'a call came again in a visit with the same result, and nothing had changed',
      remedy:
        'Say in agents/{agent}/resume.md what to do when a result does not help: ask a colleague, or call done. A lower limits.steps bounds the cost.',
    },
  },
  watch: () => ({
    take(visit) {
      const again = repeatsIn(visit);
      return again ? [findingOf(visit, again)] : [];
    },
  }),
};

/** The calls with the same result, one for each reply; null when no result came again. */
function repeatsIn(visit: PastVisit): PastUse[] | null {
  if (visit.line.outcome === 'cut' && visit.line.reason === 'looped') return null; // told as a visit that was cut
  let seen = new Map<string, PastUse[]>();
  let worst: PastUse[] = [];
  for (const use of visit.uses) {
    if (use.changed.length > 0) seen = new Map();
    const key = JSON.stringify([use.tool, use.input, use.ok, use.text]);
    const same = seen.get(key) ?? [];
    seen.set(key, same);
    if (same.at(-1)?.call !== use.call) same.push(use);
    if (same.length > worst.length) worst = same;
  }
  return worst.length > (achieved(visit) ? AGAIN : AGAIN - 1) ? worst : null;
}

function findingOf(visit: PastVisit, again: readonly PastUse[]): Shown {
  const [first] = again as [PastUse];
  const { turn, agent } = visit;
  return {
    kind: 'repeated-act',
    ...aboutVisit(visit),
    call: (again.at(-1) as PastUse).call,
    text: `${agent} made the same call of ${callName(first)} in ${again.length} replies, each time with the same result.`,
    ids: again.map(({ call }) => `${turn}.${agent}.${call}`),
    quote: first.text,
  };
}
