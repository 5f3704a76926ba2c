/** `lemming step`: makes a few turns, even while the organisation is paused. */
import { readOrg } from '../../app/read-org.ts';
import { failure } from '../../schema/fault.ts';
import type { Definition, InputOf, Run } from '../command.ts';
import { agentNamed } from '../names.ts';
import { madeShape } from './made.ts';
import { makeTurns, type TurnsOptions, UNSAFE_HOST, wantsUnsafeHost } from './turns.ts';

export const command = {
  name: 'step',
  group: 'run',
  summary: 'Make one turn or a few, for all agents or one',
  examples: [
    { line: 'lemming step', does: 'makes one turn' },
    { line: 'lemming step 3 --agent planner', does: 'makes three turns in which only the planner is due' },
  ],
  args: [{ name: 'n', about: 'the number of turns (default: 1)', optional: true }],
  flags: [{ name: 'agent', value: 'AGENT', about: 'call only this agent, whatever its schedule says' }, UNSAFE_HOST],
  reads: false,
  right: 'turns',
  screen: [{ key: 's', on: 'org' }],
  output: (z) => madeShape(z),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  const wish: TurnsOptions = { turns: turnsOf(input), step: true, ...wantsUnsafeHost(input) };
  const { agent } = input.flags;
  if (agent !== undefined)
    wish.only = agentNamed(readOrg({ machine: world.machine, root: world.root, env: world.env }), agent);
  return makeTurns(world, 'step', wish);
};

function turnsOf({ args: { n = '1' } }: InputOf<typeof command>): number {
  if (!/^[1-9]\d{0,8}$/.test(n))
    throw failure('usage', `N must be a whole number of turns from 1, not "${n}"`, { value: n });
  return Number(n);
}
