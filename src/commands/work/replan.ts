/** The command `lemming replan`. */
import type { Definition, Run } from '../command.ts';
import { plannedShape } from './plan-shapes.ts';
import { replan } from './planning.ts';

export const command = {
  name: 'replan',
  group: 'work',
  summary: 'Change a plan: the planner proposes what to add, to change and to cancel',
  examples: [
    { line: 'lemming replan a-todo-app "No login in the first version"', does: 'changes tasks that have not begun' },
    { line: 'lemming replan', does: 'has the only open plan looked at again, with the results so far' },
  ],
  args: [
    {
      name: 'id',
      about: 'the task that wants the plan, or its goal in org/goals; none: the only open plan',
      of: ['task'],
      optional: true,
    },
    { name: 'note', about: 'what has changed', optional: true },
  ],
  flags: [
    { name: 'yes', about: 'approve the changes at once', right: 'approvals' },
    { name: 'edit', about: 'change the changes in your editor ($EDITOR), and approve them', right: 'owner' },
    { name: 'max-cost', value: 'CREDITS', kind: 'amount', about: 'credits that making the plan may cost' },
  ],
  reads: false,
  right: ['turns', 'edit'],
  output: plannedShape,
} as const satisfies Definition;

export const run: Run<typeof command> = (world, { args, flags }) => replan(world, args.id, args.note, flags);
