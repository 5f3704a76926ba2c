/** The schema of a plan: the tasks with which a goal is reached, and what becomes of tasks of an earlier plan. */
import * as z from 'zod';
import { credits } from '../config/credits.ts';
import { later } from '../later.ts';
import { isName } from '../name.ts';
import { priority } from './message.ts';
import { condition, DEADLINE } from './task.ts';

/** Models are not shown what they rarely need; it is still taken. */
const RARE = { rare: true } as const;

const title = later(() => z.string().trim().min(1).max(200).describe('the work in a few words'));
const who = () => ({
  assignee: z.string().max(80).optional().describe('who does it'),
  capability: z.string().max(64).optional().describe('instead of an assignee: a skill that whoever does it must have'),
});
const needs = later(() =>
  z.array(z.string().max(200)).max(100).describe('names of tasks that must be completed first'),
);
const terms = () => ({
  priority: priority().optional().meta(RARE),
  retries: z.number().int().min(0).max(100).optional().describe('attempts after the first one that fails').meta(RARE),
  deadline: z
    .string()
    .regex(...DEADLINE)
    .optional()
    .describe('12 turns, 90m, 24h or 7d, after which it has failed')
    .meta(RARE),
  budget: credits().optional().describe('credits that it may cost at most').meta(RARE),
  ensures: z.array(condition()).max(20).optional().describe('what must hold when it is completed').meta(RARE),
});

/** A task of a plan. Its name is known within the plan. */
export const plannedTask = later(() =>
  z.strictObject({
    name: z
      .string()
      .max(63)
      .refine(isName, 'expected a short name such as write_api: small letters, digits, _ and -')
      .describe('a short name for it in this plan'),
    title: title(),
    body: z
      .string()
      .max(200_000)
      .default('')
      .describe(
        'what to do and what the result must be; whoever does it knows nothing else, gets the results of the tasks that it needs, and sees of your files only those under shared/',
      ),
    ...who(),
    needs: needs().default([]),
    ...terms(),
  }),
);

/** What changes of a task that has not begun. */
const plannedChange = later(() =>
  z.strictObject({
    id: z.string().max(100).describe('the task'),
    title: title().optional(),
    body: z.string().max(200_000).optional().describe('what to do, in place of what it says now'),
    ...who(),
    needs: needs().optional(),
    ...terms(),
  }),
);

/** Tasks of a plan at most. */
export const PLAN_TASKS = 100;

export const plan = later(() =>
  z.strictObject({
    tasks: z.array(plannedTask()).max(PLAN_TASKS),
    cancel: z
      .array(z.string().max(100))
      .max(PLAN_TASKS)
      .default([])
      .describe('ids of tasks of an earlier plan for this task that have not begun and are no longer needed'),
    change: z
      .array(plannedChange())
      .max(PLAN_TASKS)
      .default([])
      .describe('tasks of an earlier plan for this task that have not begun: only the fields that change'),
  }),
);
export type Plan = z.output<ReturnType<typeof plan>>;
export type PlannedTask = Plan['tasks'][number];
export type PlannedChange = Plan['change'][number];
