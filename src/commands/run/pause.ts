/** `lemming pause`: stops new model calls, for all agents or one. */
import type { Definition, Run } from '../command.ts';
import { askPause, pausedShape } from './pausing.ts';

export const command = {
  name: 'pause',
  group: 'run',
  summary: 'Stop new model calls, for all agents or one, until resume',
  examples: [
    { line: 'lemming pause', does: 'pauses the organisation; calls in progress are finished' },
    { line: 'lemming pause hr', does: 'pauses one agent; its mail waits' },
  ],
  args: [{ name: 'agent', about: 'the agent to pause (default: all agents)', optional: true }],
  flags: [],
  reads: false,
  right: 'edit',
  screen: [
    { key: 'p', action: 'pause', on: 'agent' },
    { key: 'p', action: 'pause', on: 'org' },
    { key: 'P', action: 'pause-all', on: 'org' },
  ],
  output: (z) => pausedShape(z),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => askPause(world, 'pause', input.args.agent);
