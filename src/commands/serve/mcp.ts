/** `lemming mcp`: serves the organisation to an assistant through MCP. */
import { readOrg } from '../../app/read-org.ts';
import { personNamed, personOf } from '../../app/seats.ts';
import { failure } from '../../schema/fault.ts';
import type { Definition, Right, Run } from '../command.ts';

/** The rights that can be granted; the seat itself is always included. */
const RIGHTS = ['look', 'turns', 'approvals', 'money', 'edit'] as const satisfies Right[];

export const command = {
  name: 'mcp',
  group: 'serve',
  summary: 'Give an assistant the seat of a person, through the Model Context Protocol (stdio)',
  examples: [
    { line: 'lemming mcp', does: 'lets the assistant read your mail, the chart and the state, and write as you' },
    {
      line: 'lemming mcp --as anna --allow look --allow turns',
      does: 'gives it the seat of anna, and lets it read everything and make turns',
    },
  ],
  args: [],
  flags: [
    { name: 'as', value: 'PERSON', about: 'whose seat it takes (default: human, or the first person of the chart)' },
    {
      name: 'allow',
      value: 'RIGHT',
      many: true,
      choices: RIGHTS,
      about: 'a right beyond the mail of its seat; may be repeated',
    },
  ],
  reads: false,
  right: 'owner',
  output: (z) => z.looseObject({}),
} as const satisfies Definition;

/** Serves until the assistant leaves. Throws `refused` for a seat that is not a person's. */
export const run: Run<typeof command> = async (world, input) => {
  const { as, allow } = input.flags;
  const view = readOrg(world);
  const person = as !== undefined ? personNamed(view, as) : personOf(view);
  const rights = new Set(RIGHTS.filter((right) => allow?.includes(right)));
  if (world.json || !world.serve)
    throw failure('usage', 'lemming mcp uses standard output for the protocol alone', {
      remedy: 'Leave out --json. An assistant starts this command by itself.',
    });
  return world.serve({ person, ownMail: !rights.has('look') }, rights);
};
