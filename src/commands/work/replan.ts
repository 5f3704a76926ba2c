/** The command `lemming replan`. */
import type { Definition, Run } from '../command.ts';
import { plannedShape, replan } from './planning.ts';

export const command = {
  name: 'replan',
  group: 'work',
  summary: 'Change a plan: the planner proposes what to add and what to cancel',
  examples: [
    { line: 'lemming replan a-todo-app "No login in the first version"', does: 'changes tasks that have not begun' },
  ],
  args: [
    { name: 'id', about: 'the task that wants the plan', of: ['task'] },
    { name: 'note', about: 'what has changed' },
  ],
  flags: [
    { name: 'yes', about: 'approve the changes at once', right: 'approvals' },
    { name: 'max-cost', value: 'CREDITS', kind: 'amount', about: 'credits that making the plan may cost' },
  ],
  reads: false,
  right: ['turns', 'edit'],
  output: plannedShape,
} as const satisfies Definition;

export const run: Run<typeof command> = (world, { args, flags }) => replan(world, args.id, args.note, flags);
