/** A plan as people edit it, and what a command tells of one. */
import { stringify } from 'yaml';
import type { JsonObject } from '../../core/model/call.ts';
import type { LikelyCost } from '../../core/plans/likely.ts';
import { inCredits } from '../../schema/amount.ts';
import type { Plan, PlanTask } from '../../schema/records/plan.ts';
import type { Zod } from '../command.ts';

/** A plan as it is written: amounts in credits, and nothing that goes without saying. */
export function statedPlan({ goal, tasks }: Plan): { goal: string; tasks: StatedTask[] } {
  return { goal, tasks: tasks.map(statedTask) };
}

const USUAL: Partial<Record<keyof PlanTask, string>> = {
  body: '""',
  needs: '[]',
  ensures: '[]',
  priority: '"normal"',
  retries: '2',
};

type StatedTask = JsonObject & Pick<PlanTask, 'id' | 'title'>;

function statedTask({ budget, ...task }: PlanTask): StatedTask {
  const fields = Object.entries(task).filter(
    ([key, value]) => value !== undefined && JSON.stringify(value) !== USUAL[key as keyof PlanTask],
  );
  const stated = Object.fromEntries(fields) as StatedTask;
  return budget === undefined ? stated : { ...stated, budget: inCredits(budget) };
}

/** The text that a person is given to edit. */
export function planToEdit(plan: Plan): string {
  const head = [
    'The plan. Save it to approve it in the form that it then has; empty the file to leave everything as it is.',
    'Each task has an id and a title. It may have: body, assignee or capability, needs, priority, retries, deadline, budget, ensures.',
  ];
  return `${head.map((line) => `# ${line}`).join('\n')}\n${stringify(statedPlan(plan), { lineWidth: 0 })}`;
}

/** A plan in the data of a command. */
export const planShape = (z: Zod) =>
  z.strictObject({
    goal: z.string(),
    tasks: z.array(z.looseObject({ id: z.string(), title: z.string() })),
  });

/** Credits that it is likely to cost, and completed tasks from which that is known; null when none is. */
export const costShape = (z: Zod) =>
  z.strictObject({ least: z.number(), most: z.number(), samples: z.number() }).nullable();

export function costIn(cost: LikelyCost | null): { least: number; most: number; samples: number } | null {
  return cost && { least: inCredits(cost.least), most: inCredits(cost.most), samples: cost.samples };
}

/** What is to be planned. */
export interface PlannedGoal {
  text: string;
  /** The goal of `org/goals/` that it is. */
  id: string | null;
}

/** What the options of the command say. */
export interface PlanFlags {
  yes?: true | undefined;
  edit?: true | undefined;
  /** Micro-credits. */
  maxCost?: number | undefined;
}

/** What came of asking for a plan. */
export const proposedShape = (z: Zod) =>
  z.strictObject({
    goal: z.string(),
    source: z.enum(['planner', 'default']),
    planner: z.string().nullable(),
    state: z.enum(['proposed', 'approved', 'shown', 'created', 'answered', 'none']),
    id: z.string().nullable(),
    plan: planShape(z).nullable(),
    cost: costShape(z),
    repaired: z.array(z.string()),
    tasks: z.array(z.string()),
    answer: z.string().nullable(),
    spent: z.number().nullable(),
  });
