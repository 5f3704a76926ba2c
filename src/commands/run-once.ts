import type { Command, Run } from './command.ts';
import { makeTurns } from './turns.ts';

export const command: Command = {
  name: 'run-once',
  group: 'run',
  summary: 'Make one turn, or finish the one that was cut off',
  examples: [{ line: 'lemming run-once', does: 'makes one turn and sums it up' }],
  args: [],
  flags: [],
  reads: false,
};

export const run: Run = (world) => makeTurns(world, 'run-once', { turns: 1 });
