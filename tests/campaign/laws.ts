import type { Deed } from './deeds.ts';
import { bothEnds, creditsConserved, decidedOnce, exactlyOnce, type Rule, soundJournal } from './oracle.ts';
import type { Manner } from './play.ts';
import { rightsShrink, sumConserved } from './rights.ts';

/** What holds after anything that people, providers and kills do. */
export const RULES: Record<string, Rule> = {
  'no delivery without both ends of an edge': bothEnds,
  'every message reaches each of its recipients exactly once': exactlyOnce,
  'a held act is decided once, as the last answer says': decidedOnce,
  'credits are conserved and no cap is passed': creditsConserved,
  'who is hired has no right that its creator has not, and nobody is an agent otherwise': rightsShrink,
  'credits that move are neither made nor lost': sumConserved,
  'the journal is sound and announces every call': soundJournal,
};

/** Manners of playing the same deeds that give the same bytes; `kind` leaves out deeds that would not mean the same. */
export const ALIKE: Record<string, { manners: Manner[]; kind?: (deed: Deed) => boolean }> = {
  'with 1, 8 or 64 calls at a time, ending in any order': {
    manners: [
      { concurrency: 1, uneven: 1 },
      { concurrency: 8, uneven: 2 },
      { concurrency: 64, uneven: 3 },
    ],
  },
  'when the engine is closed, opened again and .lemming deleted in between': { manners: [{ reopen: true }] },
  'when requests are journaled by commands or taken from their folder': {
    manners: [{ post: true }],
    kind: (deed) => deed.do !== 'answer',
  },
  'when files are made in another order': { manners: [{ backwards: true }] },
};
