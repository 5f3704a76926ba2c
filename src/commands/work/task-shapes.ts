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
    goal: z.string().nullable(),
    deadline: z.string().nullable(),
    attempts: z.number(),
    result: z.string().nullable(),
    reason: z.string().nullable(),
    cost: z.number(),
    turn: z.number(),
    by: z.string(),
  });

/** A goal and how its tasks stand; title null when no open goal in org/goals has that name. */
export const goalShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    title: z.string().nullable(),
    owner: z.string().nullable(),
    tasks: z.strictObject({
      completed: z.number(),
      failed: z.number(),
      skipped: z.number(),
      cancelled: z.number(),
      open: z.number(),
    }),
    cost: z.number(),
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

/** How the task stands once it is done, and `also` what changes with it. */
export const askedShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    do: z.string(),
    status: z.enum(STATUSES),
    assignee: z.string().nullable(),
    also: z.array(z.strictObject({ id: z.string(), status: z.enum(STATUSES) })),
    taken: takenShape(z),
  });

const conditionShape = (z: Zod) =>
  z.union([
    z.strictObject({ file: z.string() }),
    z.strictObject({ run: z.array(z.string()) }),
    z.strictObject({ approved_by: z.string() }),
  ]);

/** A task with all that its file states, and what the others have to do with it. */
export const wholeShape = (z: Zod) =>
  taskShape(z).extend({
    path: z.string(),
    archived: z.boolean(),
    body: z.string(),
    needs_status: z.array(needShape(z)),
    needed_by: z.array(z.string()),
    parts: z.array(z.string()),
    waits: z.array(z.string()),
    priority_from: z.enum(['fixed', 'inherit_max']),
    retries: z.number(),
    next_attempt: z.number().nullable(),
    budget: z.number().nullable(),
    requires: z.array(conditionShape(z)),
    ensures: z.array(conditionShape(z)),
    key: z.string().nullable(),
    artefacts: z.array(z.string()),
    history: z.array(historyShape(z)),
  });

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
    mean_ms: z.number().nullable(),
    success_rate: z.number(),
    attempts: z.number(),
    cost: z.number(),
  });

const spread = (z: Zod) => z.strictObject({ median: z.number(), p90: z.number() });

export const estimateShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    samples: z.number(),
    basis: z.enum(['assignee', 'capability', 'all', 'none']),
    confidence: z.enum(['none', 'low', 'medium', 'high']),
    factor: z.number(),
    turns: spread(z),
    ms: spread(z),
    cost: spread(z).nullable(),
  });
