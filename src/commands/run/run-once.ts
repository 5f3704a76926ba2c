import type { Command, Run } from '../command.ts';
import { makeTurns, UNSAFE_HOST, wantsUnsafeHost } from './turns.ts';

export const command: Command = {
  name: 'run-once',
  group: 'run',
  summary: 'Make one turn, or finish the one that was cut off',
  examples: [{ line: 'lemming run-once', does: 'makes one turn and sums it up' }],
  args: [],
  flags: [UNSAFE_HOST],
  reads: false,
};

export const run: Run = (world, input) => makeTurns(world, 'run-once', { turns: 1, ...wantsUnsafeHost(input) });
