import { readOrg } from '../../app/read-org.ts';
import { chartOf, printChart, printMermaid } from '../../views/org/chart.ts';
import type { Command, Run } from '../command.ts';

export const command: Command = {
  name: 'chart',
  group: 'look',
  summary: 'Show who there is and who may write to whom',
  examples: [
    { line: 'lemming chart', does: 'lists agents with their neighbours, the units, and edges that lack an end' },
    { line: 'lemming chart --mermaid > chart.mmd', does: 'writes a Mermaid diagram' },
  ],
  args: [],
  flags: [{ name: 'mermaid', about: 'as a Mermaid flowchart' }],
  reads: true,
};

export const run: Run = async (world, input) => {
  const chart = chartOf(readOrg(world).config);
  return { data: chart, text: input.flags.mermaid ? printMermaid(chart) : printChart(chart) };
};
