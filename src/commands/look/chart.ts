/** `lemming chart`: shows who may write to whom. */
import { readOrg } from '../../app/read-org.ts';
import { chartOf, printChart, printMermaid, printRoutes } from '../../views/org/chart.ts';
import type { Definition, Run } from '../command.ts';

export const command = {
  name: 'chart',
  group: 'look',
  summary: 'Show the agents and people, and who may write to whom',
  examples: [
    { line: 'lemming chart', does: 'lists agents with their neighbours, units, and one-sided edges' },
    { line: 'lemming chart --mermaid > chart.mmd', does: 'writes a Mermaid diagram' },
    { line: 'lemming chart --routes', does: 'lists the routes of org/routes.yaml: which mail goes elsewhere' },
  ],
  args: [],
  flags: [
    { name: 'mermaid', about: 'print a Mermaid flowchart' },
    { name: 'routes', about: 'list the routes of org/routes.yaml instead' },
  ],
  reads: true,
  right: 'seat',
  resource: { uri: 'lemming://chart', name: 'chart', about: 'the agents and people, and who may write to whom' },
  output: (z) =>
    z.strictObject({
      nodes: z.array(
        z.strictObject({
          name: z.string(),
          role: z.string(),
          person: z.boolean(),
          unit: z.string().nullable(),
          model: z.array(z.string()),
        }),
      ),
      edges: z.array(z.strictObject({ from: z.string(), to: z.string() })),
      one_sided: z.array(
        z.strictObject({ from: z.string(), to: z.string(), missing: z.enum(['send_to', 'read_from']) }),
      ),
      units: z.array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          parent: z.string().nullable(),
          head: z.string().nullable(),
          members: z.array(z.string()),
        }),
      ),
      routes: z
        .array(
          z.strictObject({
            name: z.string(),
            when: z.record(z.string(), z.array(z.string())),
            do: z.record(z.string(), z.unknown()),
          }),
        )
        .optional(),
    }),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  const { config } = readOrg(world);
  const chart = chartOf(config);
  if (input.flags.routes) return { data: { ...chart, routes: [...config.routes] }, text: printRoutes(config.routes) };
  return { data: chart, text: input.flags.mermaid ? printMermaid(chart) : printChart(chart) };
};
