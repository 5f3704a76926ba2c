/** Makes a plan without a model. */
import type { Resume } from '../../schema/config/resume.ts';
import { cut } from '../../schema/print.ts';
import { type Plan, plan } from '../../schema/records/plan.ts';
import { type Config, mayWriteTo } from '../model/config.ts';
import { grants } from '../rights/permit.ts';
import { plannerFor } from '../tasks/assign.ts';

/** Agents that work side by side. */
const DOERS = 3;
const TITLE = 150;

/**
 * A plan for any goal: whoever plans says what each does, those who can write files do it side by side, and whoever plans checks it.
 * Only of agents to whom its author may write; null when there is none. Pure.
 */
export function defaultPlan(config: Config, by: string, goal: string): Plan | null {
  const lead = plannerFor(config, by)?.to;
  if (lead === undefined) return null;
  const others = mayWriteTo(config, by).filter((name) => name !== lead && isWorker(config, name));
  const writers = others.filter((name) => grants(config.agents.get(name) as Resume, 'write_file') !== null);
  const doers = [writers, others, [lead]].find((names) => names.length > 0)?.slice(0, DOERS) as string[];
  const short = cut(goal.replace(/\s+/g, ' ').trim(), TITLE);
  const parts = doers.map((name) => ({
    id: doers.length === 1 ? 'work' : `part-${name}`.slice(0, ID),
    title: doers.length === 1 ? `Work: ${short}` : `Part of ${name}: ${short}`,
    body: `The goal:\n\n${goal}\n\nDo the part that the outline gives to ${name}. Say what you made and where it is.`,
    assignee: name,
    needs: ['outline'],
  }));
  return plan().parse({
    goal,
    tasks: [
      {
        id: 'outline',
        title: `Outline: ${short}`,
        body: `The goal:\n\n${goal}\n\nSay what the result must be, how one can tell that it is right, and what each of these does: ${doers.join(', ')}.`,
        assignee: lead,
      },
      ...parts,
      {
        id: 'check',
        title: `Check: ${short}`,
        body: `The goal:\n\n${goal}\n\nCheck the results against the outline. Say what came of the goal, where the result is, and what is missing.`,
        assignee: lead,
        needs: parts.map(({ id }) => id),
      },
    ],
  });
}
const ID = 60;

/** An agent that has tools to work with. */
function isWorker({ agents }: Config, name: string): boolean {
  const resume = agents.get(name);
  return resume?.person === false && resume.tools.length > 0;
}
