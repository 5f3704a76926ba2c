/** The schema of the front matter of a run. */
import * as z from 'zod';
import { credits } from '../config/credits.ts';
import { later } from '../later.ts';

/**
 * `completed`, `compensated`, `failed` and `cancelled` have ended. `compensated`: nothing of what was done is left but mail that
 * somebody has read, which its file lists under Left; `failed`: what is listed there is left, exactly.
 */
export const RUN_STATUSES = [
  'running',
  'paused',
  'completed',
  'compensating',
  'compensated',
  'failed',
  'cancelled',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The front matter of `org/runs/<id>.md`. */
export const runHead = later(() =>
  z.strictObject({
    workflow: z.string().describe('the workflow'),
    status: z.enum(RUN_STATUSES).describe('how far it is'),
    owner: z.string().describe('the seat as which it acts'),
    began: z.number().int().describe('the turn in which it began'),
    ended: z.number().int().optional().describe('the turn in which it ended'),
    cost: credits().describe('credits that its tasks have cost'),
    budget: credits().optional().describe('credits that it may cost'),
    key: z.string().optional().describe('the same key begins the same run only once'),
    reason: z.string().optional().describe('why it failed, was taken back or cancelled'),
  }),
);
