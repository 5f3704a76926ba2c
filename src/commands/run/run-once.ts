/** `lemming run-once`: makes one turn. */
import type { Definition, Run } from '../command.ts';
import { madeShape } from './made.ts';
import { makeTurns, UNSAFE_HOST, wantsUnsafeHost } from './turns.ts';

export const command = {
  name: 'run-once',
  group: 'run',
  summary: 'Make one turn, or finish an interrupted one',
  examples: [{ line: 'lemming run-once', does: 'makes one turn and summarises it' }],
  args: [],
  flags: [UNSAFE_HOST],
  reads: false,
  right: 'turns',
  output: (z) => madeShape(z),
} as const satisfies Definition;

export const run: Run<typeof command> = (world, input) =>
  makeTurns(world, 'run-once', { turns: 1, ...wantsUnsafeHost(input) });
