/** The command `lemming plan`. */
import type { Definition, Run } from '../command.ts';
import { plannedShape } from './plan-shapes.ts';
import { planGoal } from './planning.ts';

export const command = {
  name: 'plan',
  group: 'work',
  summary: 'Plan a goal: the planner proposes tasks, you approve them',
  examples: [
    {
      line: 'lemming plan "A page that explains our prices"',
      does: 'shows the plan when it is made, and how to approve it',
    },
    {
      line: 'lemming plan "A todo app" --yes --max-cost 2',
      does: 'approves it at once; making it costs at most 2 credits',
    },
    { line: 'lemming plan A-12-planner-1 --edit', does: 'changes a plan that waits in your editor, and approves it' },
    { line: 'lemming plan "A todo app" --static', does: 'asks no model: outline, work and review' },
  ],
  args: [
    {
      name: 'goal',
      about: 'what is to be reached, the name of a goal in org/goals, or the id of a plan that waits',
      of: ['approval'],
    },
  ],
  flags: [
    { name: 'yes', about: 'approve the plan at once', right: 'approvals' },
    { name: 'edit', about: 'change the plan in your editor ($EDITOR), and approve it in that form', right: 'owner' },
    { name: 'static', about: 'a plan of three tasks, made without a model' },
    { name: 'max-cost', value: 'CREDITS', kind: 'amount', about: 'credits that making the plan may cost' },
  ],
  reads: false,
  right: ['turns', 'edit'],
  output: plannedShape,
} as const satisfies Definition;

export const run: Run<typeof command> = (world, { args, flags }) => planGoal(world, args.goal, flags);
