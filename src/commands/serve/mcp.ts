/** The command `lemming mcp`. */
import { readOrg } from '../../app/read-org.ts';
import { personNamed, personOf } from '../../app/seats.ts';
import { failure } from '../../schema/fault.ts';
import type { Definition, Right, Run } from '../command.ts';

/** What can be allowed; the seat itself comes with it. */
const RIGHTS = ['look', 'turns', 'approvals', 'money', 'edit'] as const satisfies Right[];

export const command = {
  name: 'mcp',
  group: 'serve',
  summary: 'Let an assistant take the seat of a person, over the Model Context Protocol on standard input and output',
  examples: [
    { line: 'lemming mcp', does: 'serves your own mail, the chart and the state; the assistant writes as you' },
    {
      line: 'lemming mcp --as anna --allow look --allow turns',
      does: 'in the seat of anna; it may read all there is to read, and make turns',
    },
  ],
  args: [],
  flags: [
    { name: 'as', value: 'PERSON', about: 'whose seat it takes; human, or else the first person of the chart' },
    {
      name: 'allow',
      value: 'RIGHT',
      many: true,
      choices: RIGHTS,
      about: 'what it may do beyond the mail of its seat; may be given several times',
    },
  ],
  reads: false,
  right: 'owner',
  output: (z) => z.looseObject({}),
} as const satisfies Definition;

/** Serves until the assistant leaves. Throws `refused` for a seat that is no person's. */
export const run: Run<typeof command> = async (world, input) => {
  const { as, allow } = input.flags;
  const view = readOrg(world);
  const person = as !== undefined ? personNamed(view, as) : personOf(view);
  const rights = new Set(RIGHTS.filter((right) => allow?.includes(right)));
  if (world.json || !world.serve)
    throw failure('usage', 'Standard output carries the protocol and nothing else', {
      remedy: 'Leave out --json; a program such as an assistant starts lemming mcp.',
    });
  return world.serve({ person, ownMail: !rights.has('look') }, rights);
};
