/** The schema of a plan: a goal, and the tasks that lead to it. */
import * as z from 'zod';
import { credits } from '../config/credits.ts';
import { later } from '../later.ts';
import { isName, isTaskId } from '../name.ts';
import { priority } from './message.ts';
import { condition, DEADLINE } from './task.ts';

/** Models are not shown what they rarely need; it is still taken. */
const RARE = { rare: true } as const;

const title = later(() => z.string().trim().min(1).max(200).describe('the work in a few words'));
const body = later(() =>
  z
    .string()
    .max(200_000)
    .describe(
      'what to do and what the result must be; whoever does it knows nothing else, but for the results and files of the tasks that it needs',
    ),
);
const needs = later(() =>
  z
    .array(z.string().refine(isTaskId, 'expected the id of a task'))
    .max(100)
    .describe('ids of tasks that must be completed first'),
);
const whoDoesIt = () => ({
  assignee: z.string().max(80).optional().describe('who does it'),
  capability: z.string().max(64).optional().describe('instead of an assignee: a skill that whoever does it must have'),
});
const ensures = later(() => z.array(condition()).max(20).describe('what must hold when it is completed').meta(RARE));
const retries = later(() =>
  z.number().int().min(0).max(100).describe('attempts after the first one that fails').meta(RARE),
);
const limits = () => ({
  deadline: z
    .string()
    .regex(...DEADLINE)
    .optional()
    .describe('12 turns, 90m, 24h or 7d, after which it has failed')
    .meta(RARE),
  budget: credits().optional().describe('credits that it may cost at most').meta(RARE),
});

/** A task of a plan. Its id is known within the plan alone. */
export const planTask = later(() =>
  z.strictObject({
    id: z
      .string()
      .refine(isName, 'expected a short name in small letters, such as schema')
      .describe('a short name within the plan'),
    title: title(),
    body: body().default(''),
    ...whoDoesIt(),
    needs: needs().default([]),
    ensures: ensures().default([]),
    priority: priority().default('normal').meta(RARE),
    retries: retries().default(2),
    ...limits(),
  }),
);

/** What is to be otherwise of a task that is there. */
const planChange = later(() =>
  z.strictObject({
    id: z.string().refine(isTaskId, 'expected the id of a task').describe('the task'),
    title: title().optional(),
    body: body().optional(),
    ...whoDoesIt(),
    needs: needs().optional(),
    ensures: ensures().optional(),
    priority: priority().optional().meta(RARE),
    retries: retries().optional(),
    ...limits(),
  }),
);

/** Tasks of a plan at most. */
export const PLAN_TASKS = 100;

export const plan = later(() =>
  z.strictObject({
    goal: z.string().trim().max(10_000).default('').describe('what the tasks together achieve'),
    tasks: z.array(planTask()).max(PLAN_TASKS).describe('the tasks; each is done by one agent'),
    change: z
      .array(planChange())
      .max(PLAN_TASKS)
      .default([])
      .describe('of a plan that is there: tasks that have not begun, each with the fields that change'),
    cancel: z
      .array(z.string().refine(isTaskId, 'expected the id of a task'))
      .max(PLAN_TASKS)
      .default([])
      .describe('of a plan that is there: ids of tasks that have not begun and are no longer needed'),
  }),
);
export type Plan = z.output<ReturnType<typeof plan>>;
export type PlanTask = Plan['tasks'][number];
export type PlanChange = Plan['change'][number];
