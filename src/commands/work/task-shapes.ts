/** Shapes of what `lemming task` gives. Amounts are credits. */
import type { Zod } from '../command.ts';
import { takenShape } from '../shapes.ts';

const STATUSES = ['pending', 'assigned', 'running', 'blocked', 'completed', 'failed', 'skipped', 'cancelled'] as const;
const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;

/** A task in a list. */
export const taskShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    title: z.string(),
    status: z.enum(STATUSES),
    assignee: z.string().nullable(),
    capability: z.string().nullable(),
    priority: z.enum(PRIORITIES),
    ready: z.boolean(),
    why: z.array(z.string()),
    needs: z.array(z.string()),
    parent: z.string().nullable(),
    deadline: z.string().nullable(),
    attempts: z.number(),
    result: z.string().nullable(),
    reason: z.string().nullable(),
    cost: z.number(),
    turn: z.number(),
    by: z.string(),
  });

export const unfitShape = (z: Zod) => z.strictObject({ path: z.string(), why: z.string() });

export const needShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    status: z.enum(STATUSES).nullable(),
    title: z.string().nullable(),
    waived: z.boolean(),
  });

export const historyShape = (z: Zod) =>
  z.strictObject({
    turn: z.number().nullable(),
    n: z.number().nullable(),
    by: z.string().nullable(),
    text: z.string(),
  });

export const askedShape = (z: Zod) => z.strictObject({ id: z.string(), do: z.string(), taken: takenShape(z) });

export const graphShape = (z: Zod) =>
  z.strictObject({
    nodes: z.array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        status: z.enum(STATUSES).nullable(),
        assignee: z.string().nullable(),
      }),
    ),
    edges: z.array(
      z.strictObject({ from: z.string(), to: z.string(), kind: z.enum(['needs', 'part']), waived: z.boolean() }),
    ),
  });

export const statsShape = (z: Zod) =>
  z.strictObject({
    total: z.number(),
    archived: z.number(),
    by_status: z.record(z.enum(STATUSES), z.number()),
    by_priority: z.record(z.enum(PRIORITIES), z.number()),
    mean_turns: z.number().nullable(),
    success_rate: z.number(),
    cost: z.number(),
  });

const spread = (z: Zod) => z.strictObject({ median: z.number(), p90: z.number() }).nullable();

export const estimateShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    samples: z.number(),
    basis: z.enum(['assignee', 'capability', 'all']),
    confidence: z.enum(['none', 'low', 'medium', 'high']),
    turns: spread(z),
    cost: spread(z),
  });
