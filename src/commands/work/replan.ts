/** The command `lemming replan`. */
import { failure } from '../../schema/fault.ts';
import type { Definition, Run } from '../command.ts';
import { YES } from '../confirm.ts';
import { askForChange, changeWaiting, takeUp } from './plan-ask.ts';
import { canPlan, tellWhyStatic } from './plan-static.ts';
import { type PlanFlags, proposedShape } from './plan-text.ts';
import { editTasks, plannedTask, whyNotAsked } from './replan-static.ts';
import { readTasks } from './task-look.ts';

export const command = {
  name: 'replan',
  group: 'work',
  summary: 'Have a plan changed: tasks that have not begun, and new ones',
  examples: [
    { line: 'lemming replan', does: 'has the only open plan looked at again, with the results so far' },
    {
      line: 'lemming replan T-2-planner-1 --note "No pictures, please"',
      does: 'shows what is added, changed and cancelled; you approve it then',
    },
    {
      line: 'lemming replan useful-small-tools --static',
      does: 'changes the tasks of a goal yourself, in your editor',
    },
  ],
  args: [
    {
      name: 'plan',
      about: 'the task that has the plan, or the goal in org/goals that it serves; none: the only open plan',
      of: ['task'],
      optional: true,
    },
  ],
  flags: [
    { name: 'note', value: 'TEXT', about: 'what has changed' },
    { name: YES.name, short: YES.short, about: 'approve the changes at once' },
    { name: 'edit', about: 'change the changes in your editor ($EDITOR) and approve them in that form' },
    { name: 'static', about: 'ask no model: change the tasks yourself, in your editor' },
    { name: 'max-cost', value: 'C', kind: 'amount', about: 'the most that the turns until the changes may cost' },
  ],
  reads: false,
  right: 'owner',
  output: proposedShape,
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, { args, flags }) => {
  const { view } = await readTasks(world);
  const wish: PlanFlags = { yes: flags.yes, edit: flags.edit, maxCost: flags['max-cost'] };
  const whole = plannedTask(view, args.plan);
  const waiting = changeWaiting(view, whole);
  if (waiting !== null && !flags.static) {
    if (flags.note === undefined) return takeUp(world, waiting, wish);
    throw failure('refused', `A change of this plan waits already as ${waiting}`, {
      remedy: `Look at it with lemming plan ${waiting}, and answer with lemming approve or lemming deny.`,
    });
  }
  if (flags.static) return editTasks(world, view, whole);
  const why = whyNotAsked(view, whole);
  if (why !== null)
    throw failure('refused', `Nobody can be asked to change this plan: ${why}`, {
      remedy: `Change its tasks yourself: lemming replan ${whole.id} --static`,
    });
  const planner = whole.assignee as string;
  if (canPlan(view, planner)) return askForChange(world, whole, flags.note, wish);
  tellWhyStatic(world, view, planner, 'you change the tasks yourself');
  return editTasks(world, view, whole);
};
