/** What a job like the sample's costs with a model, from the runs that were played (docs/minds.md). */
import type { Usage } from '../../core/model/call.ts';
import { costOf } from '../../core/money/ledger.ts';
import type { Price } from '../../schema/config/models.ts';
import { copyWith } from '../../schema/copy.ts';

/** The calls of one played run of the sample, and their tokens. */
export interface PlayedJob {
  calls: number;
  usage: Usage;
}

/** The sample with a model that makes all its calls in one reply, and with one that makes one call a reply. */
export const SAMPLE_JOB: readonly [short: PlayedJob, long: PlayedJob] = [
  { calls: 8, usage: { input: 12_277, cachedInput: 6_528, cacheWrite: 0, output: 2_917, reasoning: 0 } },
  { calls: 17, usage: { input: 13_045, cachedInput: 31_360, cacheWrite: 0, output: 2_558, reasoning: 0 } },
];

/** What both runs cost at a price, in micro-credits, the cheaper one first. Pure. */
export function sampleCosts(price: Price): [least: number, most: number] {
  const [a, b] = SAMPLE_JOB.map(
    ({ calls, usage }) => costOf(copyWith(price, { per_call: 0 }), usage) + calls * (price.per_call ?? 0),
  ) as [number, number];
  return [Math.min(a, b), Math.max(a, b)];
}
