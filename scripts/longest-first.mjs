// The order of test files: campaigns come first, because a long file that starts last is waited for.
import { readFileSync } from 'node:fs';
import { BaseSequencer } from 'vitest/node';
import { hasTag } from './tagged.mjs';

/** Files that take longest without being campaigns. */
const LONG = /engine\/servers\/servers|tui\/terminal\/terminal|odd-models|providers\/hosted\//;

export class LongestFirst extends BaseSequencer {
  async sort(files) {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }) =>
      hasTag(readFileSync(moduleId, 'utf8'), 'campaign') ? 0 : LONG.test(moduleId) ? 1 : 2;
    const ranks = new Map(sorted.map((one) => [one, rank(one)]));
    return sorted.sort((a, b) => ranks.get(a) - ranks.get(b));
  }
}
