/** The plan of an organisation whose planner makes none: somebody does the work, and the planner reviews it. */

import type { Resume } from '../../schema/config/resume.ts';
import type { PlannedTask } from '../../schema/records/plan.ts';
import { type Config, isPersonIn, mayWriteTo } from '../model/config.ts';
import { grants } from '../rights/permit.ts';

/**
 * Three tasks: what is to be done in detail, the work, a review. The work goes to the first agent besides the planner to whom `by`,
 * their author, may write, and that can write files, if one can. Pure.
 */
export function defaultPlan(config: Config, by: string, planner: string, goal: string): PlannedTask[] {
  const others = mayWriteTo(config, by).filter((name) => name !== planner && !isPersonIn(config, name));
  const worker = others.find((name) => grants(config.agents.get(name) as Resume, 'write_file')) ?? others[0] ?? planner;
  const of = `the goal:\n\n${goal}`;
  return [
    {
      name: 'outline',
      title: 'Outline the work',
      body: `Say in at most ten points what must be true when this is done, and what to do for it. This is ${of}`,
      assignee: planner,
      needs: [],
    },
    {
      name: 'work',
      title: 'Do the work',
      body: `Do the work as its outline says. This is ${of}`,
      assignee: worker,
      needs: ['outline'],
    },
    {
      name: 'review',
      title: 'Review the work',
      body: `Check each point of the outline. Put right what is wrong, or say exactly what is missing. This is ${of}`,
      assignee: planner,
      needs: ['outline', 'work'],
    },
  ];
}
