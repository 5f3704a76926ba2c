/** The schemas of what `run`, `run-once` and `step` return. Amounts are credits. */
import type { Zod } from '../command.ts';
import { faultShape, needsShape, owedShape } from '../shapes.ts';

/** The result of turns. */
export const madeShape = (z: Zod) =>
  z.strictObject({
    turn: z.number(),
    turns: z.number(),
    visits: z.array(
      z.strictObject({
        turn: z.number(),
        agent: z.string(),
        outcome: z.enum(['ok', 'cut', 'failed', 'skipped']),
        reason: z.string().optional(),
        detail: z.string().optional(),
        blame: z.string().optional(),
        budget: z.string().optional(),
        sent: z.number(),
        refused: z.number(),
        held: z.number(),
        cost: z.number(),
        gave_up: z.array(z.string()).optional(),
      }),
    ),
    tasks: z.strictObject({
      completed: z.number(),
      failed: z.number(),
      skipped: z.number(),
      cancelled: z.number(),
      open: z.number(),
    }),
    spent: z.number(),
    idle: z.boolean(),
    end: z.enum(['turns', 'paused', 'idle', 'failing', 'interrupted', 'max-cost', 'max-turns']),
    recovered: z.array(z.string()),
    conflicts: z.array(z.looseObject({ path: z.string(), ours: z.string() })),
    unplaced: z.array(
      z.strictObject({ id: z.string(), path: z.string(), kept: z.string().nullable(), detail: z.string() }),
    ),
    faults: z.array(faultShape(z)),
    needs: needsShape(z),
    owed: z.array(owedShape(z)),
  });

/** What the next turn would do. */
export const previewShape = (z: Zod) => {
  const tokens = z.strictObject({ input: z.number(), output_at_most: z.number() });
  const cost = z.strictObject({ least: z.number(), most: z.number() }).nullable();
  const call = z.strictObject({
    agent: z.string(),
    why: z.string(),
    mail: z.array(z.string()),
    models: z.array(z.string()),
    reserve: z.number(),
    tokens,
    cost,
    troubles: z.array(z.string()),
    allowance: z.number().nullable(),
    prompt: z.strictObject({
      system: z.string(),
      text: z.string(),
      tools: z.array(z.string()),
      max_output_tokens: z.number(),
    }),
  });
  return z.strictObject({
    turn: z.number(),
    turns: z.number(),
    visits: z.array(z.never()),
    spent: z.number(),
    idle: z.boolean(),
    dry_run: z.strictObject({
      turn: z.number(),
      unfinished: z.boolean(),
      would_run: z.array(call),
      would_not: z.array(z.looseObject({ agent: z.string(), why: z.string() })),
      reserve: z.number(),
      tokens,
      cost,
    }),
  });
};
