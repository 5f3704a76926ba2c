/** What `lemming plan` and `lemming replan` take and give. */
import type { Zod } from '../command.ts';

export const plannedShape = (z: Zod) =>
  z.strictObject({
    /** The task that wants the plan; null when nothing was created. */
    id: z.string().nullable(),
    status: z.enum(['proposed', 'approved', 'created', 'shown', 'ended']),
    /** The held act. */
    approval: z.string().nullable(),
    tasks: z.array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
        assignee: z.string().nullable(),
        needs: z.array(z.string()),
      }),
    ),
    cancel: z.array(z.string()),
    change: z.array(z.string()),
    /** Credits that its tasks may cost, by completed ones: the sums of the medians, and of what nine of ten did not exceed. */
    cost: z.strictObject({ median: z.number(), p90: z.number() }).nullable(),
    /** Credits that making the plan has cost. */
    spent: z.number(),
  });

export interface PlanFlags {
  yes?: true | undefined;
  edit?: true | undefined;
  static?: true | undefined;
  'max-cost'?: number | undefined;
}

/** What is to be planned. */
export interface Goal {
  title: string;
  text: string;
  /** Its file in `org/goals/`. */
  id?: string | undefined;
}
