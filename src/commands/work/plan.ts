/** The command `lemming plan`. */
import { readOrg } from '../../app/read-org.ts';
import { personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { plannerFor } from '../../core/tasks/assign.ts';
import { nearestTo } from '../../core/text/nearest.ts';
import { failure } from '../../schema/fault.ts';
import { isApprovalId, isName } from '../../schema/name.ts';
import type { Definition, Run } from '../command.ts';
import { YES } from '../confirm.ts';
import { bodyOf } from '../message-args.ts';
import { askForPlan, takeUp } from './plan-ask.ts';
import { canPlan, planByDefault, tellWhyStatic } from './plan-static.ts';
import { type PlanFlags, type PlannedGoal, proposedShape } from './plan-text.ts';

export const command = {
  name: 'plan',
  group: 'work',
  summary: 'Have a goal planned: tasks, who does each, and what needs what',
  examples: [
    {
      line: 'lemming plan "A page about ducks, with pictures"',
      does: 'asks whoever plans, makes turns until the plan is there, and shows it; you approve it then',
    },
    { line: 'lemming plan useful-small-tools --edit', does: 'plans a goal of org/goals; you change the plan first' },
    { line: 'lemming plan A-12-planner-1 --yes', does: 'approves a plan that waits' },
    { line: 'lemming plan "A page about ducks" --static', does: 'shows a plan that no model has made' },
  ],
  args: [
    {
      name: 'goal',
      about: 'what is to be achieved, the name of a goal in org/goals, or the id of a plan that waits',
      of: ['goal', 'approval'],
      many: true,
      stdin: true,
    },
  ],
  flags: [
    { name: YES.name, short: YES.short, about: 'approve the plan at once', right: 'approvals' },
    {
      name: 'edit',
      about: 'change the plan in your editor ($EDITOR) and approve it in that form',
      right: 'owner',
    },
    { name: 'static', about: 'make a plan without a model, from the chart alone' },
    { name: 'max-cost', value: 'C', kind: 'amount', about: 'the most that the turns until the plan may cost' },
  ],
  reads: false,
  right: 'turns',
  screen: [{ key: 'E', action: 'edit-plan', on: 'approval', flags: { edit: true } }],
  output: proposedShape,
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, { rest, flags }) => {
  const words = await bodyOf(world, rest, 'goal');
  const wish: PlanFlags = { yes: flags.yes, edit: flags.edit, maxCost: flags['max-cost'] };
  if (isApprovalId(words)) return takeUp(world, words, wish);
  const view = readOrg(world);
  const person = personOf(view);
  const planner = plannerFor(view.config, person)?.to;
  if (planner === undefined)
    throw failure('refused', `There is no agent to whom ${person} may write, so nobody can plan.`, {
      remedy: 'Add an agent to send_to of that person in org/chart.yaml.',
    });
  const goal = goalIn(view, words);
  if (flags.static) return planByDefault(world, goal, wish);
  if (canPlan(view, planner)) return askForPlan(world, planner, goal, wish);
  tellWhyStatic(world, view, planner, 'this plan is made from the chart alone');
  return planByDefault(world, goal, wish);
};

/** A goal of the organisation by its name, or what the person wrote. Throws `not-found` for a name that was mistyped. */
function goalIn({ config }: View, words: string): PlannedGoal {
  const known = isName(words) ? config.goals.get(words) : undefined;
  const near = known || !isName(words) ? {} : nearestTo(words, config.goals.keys());
  if (near.nearest !== undefined)
    throw failure('not-found', `There is no open goal ${words} in org/goals.`, {
      remedy: 'To plan these words as they stand, say more about what is to be achieved.',
      ...near,
    });
  return known ? { text: `${known.title}\n\n${known.text}`.trim(), id: words } : { text: words, id: null };
}
