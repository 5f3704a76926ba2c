/** What a job like the sample's costs with a model, from the runs that were played (docs/minds.md). */
import type { Price } from '../../schema/config/models.ts';

/** Tokens of one played run of the sample: all input, what of it a prefix cache serves, and output. */
export interface PlayedTokens {
  input: number;
  cached: number;
  output: number;
}

/** The sample with a model that makes all its calls in one reply, and with one that makes one call a reply. */
export const SAMPLE_JOB: readonly [least: PlayedTokens, most: PlayedTokens] = [
  { input: 18_805, cached: 6_528, output: 2_917 },
  { input: 44_405, cached: 31_360, output: 2_558 },
];

/** What both runs cost at a price, in micro-credits, the cheaper one first. Pure. */
export function sampleCosts(price: Price): [least: number, most: number] {
  const [a, b] = SAMPLE_JOB.map((tokens) => costOf(price, tokens)) as [number, number];
  return [Math.min(a, b), Math.max(a, b)];
}

function costOf({ input = 0, cached_input = input, output = 0 }: Price, tokens: PlayedTokens): number {
  return Math.ceil(
    ((tokens.input - tokens.cached) * input + tokens.cached * cached_input + tokens.output * output) / 1e6,
  );
}
