/** `lemming inspect`: shows an agent in detail. */
import { foresee } from '../../app/foresee.ts';
import { readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import { TOOLS } from '../../tools/all.ts';
import { inspect, printInspection } from '../../views/org/inspect.ts';
import type { Definition, Run } from '../command.ts';
import { conditionShape, healthShape, noticeShape } from '../shapes.ts';

export const command = {
  name: 'inspect',
  group: 'look',
  summary: 'Show everything about an agent',
  examples: [
    {
      line: 'lemming inspect hr',
      does: 'shows its state, why it ran or not, edges, credits, mail, memory, tools and schedule',
    },
  ],
  args: [{ name: 'agent', about: 'whom' }],
  flags: [],
  reads: true,
  right: 'look',
  resource: { uri: 'lemming://agents/{agent}', name: 'agent', about: 'everything about an agent' },
  output: (z) =>
    z.strictObject({
      name: z.string(),
      role: z.string(),
      person: z.boolean(),
      state: conditionShape(z),
      health: healthShape(z),
      failures_in_row: z.number(),
      last_turn: z.strictObject({
        turn: z.number(),
        ran: z.boolean(),
        outcome: z.string().nullable(),
        why: z.string(),
      }),
      next_turn: z.strictObject({ turn: z.number(), due: z.boolean(), why: z.string(), next: z.number().nullable() }),
      edges: z.strictObject({
        writes_to: z.array(z.string()),
        reads_from: z.array(z.string()),
        one_sided: z.array(z.string()),
      }),
      credits: z.strictObject({
        granted: z.number(),
        spent: z.number(),
        reserved: z.number(),
        left: z.number(),
        in_doubt: z.number(),
        soft: z.number().nullable(),
        per_turn: z.number().nullable(),
        per_day: z.number().nullable(),
      }),
      calls: z.number(),
      tokens: z.strictObject({ input: z.number(), output: z.number() }),
      model: z.array(z.string()),
      schedule: z.strictObject({ every: z.number(), offset: z.number(), when: z.string() }),
      limits: z.strictObject({ steps: z.number(), output_tokens: z.number() }),
      unit: z.string().nullable(),
      tools: z.array(z.string()),
      prices: z.record(z.string(), z.number()),
      skills: z.array(z.string()),
      shared: z.array(z.string()),
      memory: z.array(z.string()),
      unread: z.array(
        z.strictObject({
          id: z.string(),
          from: z.string(),
          subject: z.string(),
          priority: z.string(),
          turn: z.number(),
          attempts: z.number(),
          routes: z.array(z.string()).optional(),
          collected: z.number().optional(),
        }),
      ),
      notices: z.array(noticeShape(z)),
      approvals: z.array(z.string()),
      dead_letters: z.array(z.string()),
    }),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const { agent } = input.args;
  if (!view.config.broken.has(agent)) checkAgent(view, agent);
  await foresee(view);
  const everyone = [...TOOLS.values()].filter((tool) => tool.granted === 'all').map((tool) => tool.spec.name);
  const inspection = inspect(view.config, view.state, agent, everyone);
  return { data: inspection, text: printInspection(inspection) };
};
