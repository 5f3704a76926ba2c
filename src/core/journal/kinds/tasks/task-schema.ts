/** The schema of a task in a line of the journal. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { condition, TASK_STATUSES } from '../../../../schema/records/task.ts';
import { count, priority } from '../schemas.ts';

const credits = () => z.number().int();

/** A task as the state holds it. Amounts are micro-credits. */
export const task = later(() =>
  z.strictObject({
    id: z.string(),
    turn: count(),
    by: z.string(),
    since: z.number(),
    hops: count(),
    visits: count(),
    waits: z.array(z.string()),
    tainted: z.literal(true).optional(),
    mail: z.string().optional(),
    need: credits().optional(),
    title: z.string(),
    status: z.enum(TASK_STATUSES),
    assignee: z.string().nullable(),
    capability: z.string().nullable(),
    needs: z.array(z.string()),
    waived: z.array(z.string()),
    priority: priority(),
    priority_from: z.enum(['fixed', 'inherit_max']),
    retries: count(),
    attempts: count(),
    next_attempt: count().nullable(),
    deadline: z.string().nullable(),
    budget: credits().nullable(),
    parent: z.string().nullable(),
    requires: z.array(condition()),
    ensures: z.array(condition()),
    key: z.string().nullable(),
    goal: z.string().optional(),
    artefacts: z.array(z.string()),
    result: z.string().nullable(),
    reason: z.string().nullable(),
    cost: credits(),
  }),
);
