/** `lemming health`: shows the health of agents, and whether models can be reached. */
import { readOrg } from '../../app/read-org.ts';
import { healthOfAgents, printHealth } from '../../views/org/health.ts';
import type { Definition, Run } from '../command.ts';
import { conditionShape, healthShape } from '../shapes.ts';

export const command = {
  name: 'health',
  group: 'look',
  summary: 'Show the health of each agent, and whether the models can be reached',
  examples: [
    { line: 'lemming health', does: 'shows the health of each agent, with the reason for its last failure' },
    { line: 'lemming health --providers', does: 'also checks that each configured model can be called, at no cost' },
  ],
  args: [],
  flags: [
    {
      name: 'providers',
      about: 'also check each configured model; exit code 8 if one cannot be reached',
      right: 'owner',
    },
  ],
  reads: true,
  right: 'look',
  resource: { uri: 'lemming://health', name: 'health', about: 'the health of each agent' },
  output: (z) =>
    z.strictObject({
      agents: z.array(
        z.strictObject({
          name: z.string(),
          health: healthShape(z),
          state: conditionShape(z),
          failures_in_a_row: z.number(),
          reason: z.string().nullable(),
        }),
      ),
      providers: z
        .array(
          z.strictObject({
            model: z.string(),
            provider: z.string(),
            ok: z.boolean(),
            failure: z.string().optional(),
            message: z.string(),
            ms: z.number(),
          }),
        )
        .optional(),
    }),
} as const satisfies Definition;

/** The exit code if a model cannot be reached. */
const UNREACHABLE = 8;

export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const { config, state, mask } = view;
  const agents = healthOfAgents(config, state);
  if (input.flags.providers !== true) return { data: { agents }, text: printHealth(agents, null) };
  const [{ callsOf }, { reach }, { portsOf }] = await calling();
  const ports = portsOf(world);
  const asked = await reach(config, callsOf(ports, view.loaded), ports.clock, world.signal);
  const providers = asked.map((one) => ({ ...one, message: mask(one.message) }));
  const exit = providers.every(({ ok }) => ok) ? 0 : UNREACHABLE;
  return { data: { agents, providers }, text: printHealth(agents, providers), exit };
};

/** Loaded only to call models. */
function calling() {
  return Promise.all([
    import('../../engine/calls/calls.ts'),
    import('../../engine/calls/reach.ts'),
    import('../../app/ports.ts'),
  ]);
}
