/** A plan as people edit it, and what a command tells of one. */
import { parse, stringify } from 'yaml';
import type { JsonObject } from '../../core/model/call.ts';
import type { LikelyCost } from '../../core/plans/likely.ts';
import { type ReadPlan, readPlan } from '../../core/plans/plan.ts';
import { inCredits } from '../../schema/amount.ts';
import { failure } from '../../schema/fault.ts';
import type { Plan, PlanChange, PlanTask } from '../../schema/records/plan.ts';
import type { Zod } from '../command.ts';
import type { World } from '../world.ts';

/** A plan as it is written: amounts in credits, and nothing that goes without saying. */
export interface StatedPlan extends JsonObject {
  goal: string;
  tasks: StatedTask[];
}

type StatedTask = JsonObject & Pick<PlanTask, 'id' | 'title'>;

export function statedPlan({ goal, tasks, change, cancel }: Plan): StatedPlan {
  return {
    goal,
    tasks: tasks.map((task) => stated(task, USUAL) as StatedTask),
    ...(change.length > 0 && { change: change.map((one) => stated(one, {})) }),
    ...(cancel.length > 0 && { cancel }),
  };
}

const USUAL: Partial<Record<keyof PlanTask, string>> = {
  body: '""',
  needs: '[]',
  ensures: '[]',
  priority: '"normal"',
  retries: '2',
};

/** The fields that say something, but for those that say what is usual. */
function stated({ budget, ...task }: PlanTask | PlanChange, usual: Partial<Record<string, string>>): JsonObject {
  const fields = Object.entries(task).filter(
    ([key, value]) => value !== undefined && JSON.stringify(value) !== usual[key],
  );
  return { ...(Object.fromEntries(fields) as JsonObject), ...(budget !== undefined && { budget: inCredits(budget) }) };
}

const FIELDS = 'body, assignee or capability, needs, priority, retries, deadline, budget, ensures';
const HEAD = [
  'The plan. Save it to approve it in the form that it then has; empty the file to leave everything as it is.',
  `Each task has an id and a title. It may have: ${FIELDS}.`,
];
const CHANGES = [
  'Under tasks stand new tasks, under change tasks that are there and have not begun, with the fields that are to be otherwise, and under',
  'cancel the ids of tasks that are no longer needed.',
];

/** The text that a person is given to edit. */
function planToEdit(plan: Plan): string {
  const head = plan.change.length + plan.cancel.length > 0 ? [...HEAD, ...CHANGES] : HEAD;
  return `${head.map((line) => `# ${line}`).join('\n')}\n${stringify(statedPlan(plan), { lineWidth: 0 })}`;
}

/**
 * The plan as the person saved it; null when they emptied the file. One that cannot be carried out is shown again with the reason,
 * as long as they change it. Throws `usage` when it still cannot, or there is no editor.
 */
export async function editPlan(
  world: World,
  plan: Plan,
  whyNot: (plan: Plan) => string | null,
): Promise<ReadPlan | null> {
  if (!world.edit) throw failure('usage', 'There is no editor here.', { remedy: 'Run the command at a terminal.' });
  let text = planToEdit(plan);
  for (;;) {
    const saved = await world.edit(text, 'plan.yaml');
    if (saved.replace(/^#.*$/gm, '').trim() === '') return null;
    const read = readPlan(saved, parse);
    const why = 'why' in read ? read.why : whyNot(read.plan);
    if (why === null) return read as ReadPlan;
    const again = withReason(saved, why.replace(/\s+/g, ' '));
    if (!world.interactive || again === text)
      throw failure('usage', `The plan was not taken: ${why}`, { remedy: 'Change it and try again.' });
    text = again;
  }
}

const NOT_TAKEN = '# Not taken: ';

/** The text of the person, with what is wrong with it above. */
function withReason(text: string, why: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith(NOT_TAKEN));
  return [`${NOT_TAKEN}${why}`, ...lines].join('\n').trimEnd();
}

/** A plan in the data of a command. */
export const planShape = (z: Zod) =>
  z.strictObject({
    goal: z.string(),
    tasks: z.array(z.looseObject({ id: z.string(), title: z.string() })),
    change: z.array(z.looseObject({ id: z.string() })).optional(),
    cancel: z.array(z.string()).optional(),
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
