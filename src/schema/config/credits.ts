/** The schema of `org/credits.yaml`: grants and caps. */
import * as z from 'zod';
import { inCredits, inMicro } from '../amount.ts';
import { later } from '../later.ts';

/** An amount of credits with up to six decimals, kept as integer micro-credits. */
export const credits = later(() =>
  z
    .number()
    .min(0)
    .max(1_000_000_000)
    .refine((v) => Math.abs(inCredits(inMicro(v)) - v) < 1e-9, 'credits have up to six decimals')
    .transform(inMicro),
);

/** Limits in micro-credits after parsing. */
const caps = () => ({
  cap: credits().optional().describe('credits that may be spent in total'),
  soft: credits().optional().describe('credits spent after which a warning is given, once'),
  per_turn: credits().optional().describe('credits that a turn may cost'),
  per_day: credits().optional().describe('credits that a day may cost (UTC date of the frozen time)'),
});

/** `org/credits.yaml`. Written by people only. */
export const creditsFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format version of this file; lemming migrate updates it'),
    org: z.strictObject(caps()).default({}).describe('limits of the whole organisation'),
    units: z
      .record(z.string(), z.strictObject(caps()))
      .default({})
      .describe('limits of all members of a unit together'),
    agents: z
      .record(
        z.string(),
        z.strictObject({
          grant: credits().default(0).describe('credits granted by this file (default: 0)'),
          soft: caps().soft,
          per_turn: caps().per_turn,
          per_day: caps().per_day,
        }),
      )
      .default({})
      .describe('what each agent may spend; an agent without an entry has no credits'),
  }),
);
export type CreditsFile = z.infer<ReturnType<typeof creditsFile>>;
export type Caps = CreditsFile['org'];
