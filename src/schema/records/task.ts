/** The schema of the front matter of a task. */
import * as z from 'zod';
import { credits } from '../config/credits.ts';
import { later } from '../later.ts';
import { isName, isTaskId } from '../name.ts';
import { priority } from './message.ts';

/** `completed` and `cancelled` are final; `failed` and `skipped` become pending again by a retry. */
export const TASK_STATUSES = [
  'pending',
  'assigned',
  'running',
  'blocked',
  'completed',
  'failed',
  'skipped',
  'cancelled',
] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

const taskId = later(() => z.string().refine(isTaskId, 'expected the id of a task, such as schema or T-12-manager-1'));
const name = later(() => z.string().refine(isName, 'expected the name of an agent'));
const goalId = later(() => z.string().refine(isName, 'expected the name of a goal'));
const text = (most: number) => z.string().trim().min(1).max(most);

/** A time from the creation of a task, and what is expected of one. */
export const DEADLINE = [/^[1-9]\d{0,5} ?(turns?|m|h|d)$/, 'expected 12 turns, 90m, 24h or 7d'] as const;

/** What must hold before or after the work. */
export const condition = later(() =>
  z.union([
    z.strictObject({ file: text(1000).describe('a path that must exist') }),
    z.strictObject({ run: z.array(text(1000)).min(1).max(50).describe('a program that must end with 0') }),
    z.strictObject({ approved_by: name().describe('a person who must approve') }),
  ]),
);
export type Condition = z.infer<ReturnType<typeof condition>>;

/** The front matter of `org/tasks/<id>.md`; the body says what is to be done, `## History` what happened. */
export const taskHead = later(() =>
  z.strictObject({
    title: text(200).describe('the work in a few words'),
    status: z.enum(TASK_STATUSES).default('pending').describe('how far it is'),
    assignee: name().nullable().default(null).describe('who does it'),
    capability: text(64).nullable().default(null).describe('a skill or capability that whoever does it must have'),
    needs: z.array(taskId()).max(100).default([]).describe('tasks that must be completed first'),
    waived: z.array(taskId()).max(100).default([]).describe('needs that a person has waived'),
    priority: priority().default('normal'),
    priority_from: z
      .enum(['fixed', 'inherit_max'])
      .default('fixed')
      .describe('inherit_max: at least the priority of every task that needs it'),
    retries: z.number().int().min(0).max(100).default(2).describe('attempts after the first one that fails'),
    attempts: z.number().int().min(0).default(0).describe('attempts that failed; written by the engine'),
    next_attempt: z
      .number()
      .int()
      .min(0)
      .nullable()
      .default(null)
      .describe('the turn before which it is not tried again'),
    deadline: z
      .string()
      .regex(...DEADLINE)
      .nullable()
      .default(null)
      .describe('time from its creation after which it has failed'),
    budget: credits().nullable().default(null).describe('credits that it may cost at most'),
    parent: taskId().nullable().default(null).describe('the task of which it is a part'),
    requires: z.array(condition()).max(20).default([]).describe('what must hold before it starts'),
    ensures: z.array(condition()).max(20).default([]).describe('what must hold when it is completed'),
    key: text(200).nullable().default(null).describe('the same key makes the same task only once'),
    goal: goalId().optional().describe('the goal that it serves: a file of org/goals'),
    artefacts: z.array(text(1000)).max(100).default([]).describe('files that it made'),
    result: z.string().max(1_048_576).nullable().default(null).describe('what came of it'),
    reason: z.string().max(2000).nullable().default(null).describe('why it failed, was skipped or cancelled'),
    cost: credits().default(0).describe('credits that it has cost; written by the engine'),
  }),
);
/** All that a person or the engine states about a task in its front matter. */
export type TaskFields = z.infer<ReturnType<typeof taskHead>>;
