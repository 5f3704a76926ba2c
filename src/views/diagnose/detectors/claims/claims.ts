/** Finds texts that say "tested", "sent" or "saved" without the use of a tool that would show it. */
import { type Lie, type SaidText, textsOf } from '../../claim.ts';
import { aboutVisit, type Detector, type KnownFailure } from '../../finding.ts';
import type { PastVisit } from '../../visit-reader.ts';
import { saved } from './saved.ts';
import { sent } from './sent.ts';
import { tested } from './tested.ts';

/** Compares what an agent says it did with what it did in this visit and in earlier ones. */
export const claims: Detector = {
  take(visit, past) {
    if (!past.knows(visit) || visit.line.outcome === 'failed') return [];
    const found = new Map<string, KnownFailure>();
    for (const text of textsOf(visit))
      for (const lie of [tested(text, visit, past), sent(text, visit, past), saved(text, visit, past)])
        if (lie && !found.has(lie.kind)) found.set(lie.kind, findingOf(visit, text, lie));
    return [...found.values()];
  },
};

function findingOf(visit: PastVisit, { call, id }: SaidText, lie: Lie): KnownFailure {
  const { agent, turn } = visit;
  return {
    kind: lie.kind,
    mode: lie.mode,
    ...aboutVisit(visit),
    call,
    text: `${agent} ${lie.what}.`,
    ids: [id ?? `${turn}.${agent}.${call}`, ...(lie.ids ?? [])],
    quote: lie.quote ?? lie.claim.sentence,
    remedy: lie.remedy,
  };
}
