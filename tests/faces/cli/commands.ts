import type { Code, Leaf, Outcome, RawInput } from '../../../src/commands/command.ts';
import type { World } from '../../../src/commands/world.ts';
import type { Catalogue } from '../../../src/faces/cli/program.ts';

const base = { examples: [], args: [], flags: [], reads: true, right: 'look' } satisfies Partial<Leaf>;

/** Definitions such as commands have, one for each thing the command line must get right. */
export const catalogue: Catalogue = {
  version: '1.2.3',
  commands: [
    { ...base, name: 'serve', group: 'serve', summary: 'Serve' },
    { ...base, name: 'status', group: 'look', summary: 'Show how the organisation is' },
    {
      ...base,
      name: 'run',
      group: 'run',
      summary: 'Run turns',
      reads: false,
      examples: [{ line: 'lemming run --turns 3', does: 'runs three turns' }],
      flags: [
        { name: 'turns', short: 'n', value: 'N', kind: 'whole', least: 1, about: 'how many' },
        { name: 'max-cost', value: 'C', kind: 'amount', about: 'stop before more is spent' },
        { name: 'until-idle', about: 'stop when nobody is due' },
      ],
    },
    {
      ...base,
      name: 'send',
      group: 'people',
      summary: 'Send a message',
      reads: false,
      args: [
        { name: 'agent', about: 'who gets it' },
        { name: 'text', about: 'what it says' },
      ],
    },
    { ...base, name: 'bootstrap', group: 'start', summary: 'Make an organisation', reads: false, needsOrg: false },
  ],
};

/** A `run` for every verb that answers what it was given; `does` replaces it. */
export function answering(does?: (world: World, input: RawInput) => Partial<Outcome> | Promise<Partial<Outcome>>) {
  const calls: { verb: string; world: World; input: RawInput }[] = [];
  const load = async (verb: string): Promise<Code> => ({
    run: async (world, input) => {
      calls.push({ verb, world, input });
      return { data: { verb }, text: `did ${verb}`, ...(await does?.(world, input)) };
    },
    output: (z) => z.object({}),
  });
  return { calls, load };
}
