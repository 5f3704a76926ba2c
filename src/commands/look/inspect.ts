import { foresee } from '../../app/foresee.ts';
import { readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import { TOOLS } from '../../tools/all.ts';
import { inspect, printInspection } from '../../views/org/inspect.ts';
import type { Command, Run } from '../command.ts';

export const command: Command = {
  name: 'inspect',
  group: 'look',
  summary: 'Show all there is to know of an agent',
  examples: [
    {
      line: 'lemming inspect hr',
      does: 'shows state, why it ran or not, edges, credits, mail, memory, tools, schedule',
    },
  ],
  args: [{ name: 'agent', about: 'whom' }],
  flags: [],
  reads: true,
};

export const run: Run = async (world, input) => {
  const view = readOrg(world);
  const agent = input.args.agent as string;
  if (!view.config.broken.has(agent)) checkAgent(view, agent);
  await foresee(view);
  const everyone = [...TOOLS.values()].filter((tool) => tool.granted === 'all').map((tool) => tool.spec.name);
  const inspection = inspect(view.config, view.state, agent, everyone);
  return { data: inspection, text: printInspection(inspection) };
};
