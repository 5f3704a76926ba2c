/** `lemming resume`: ends a pause. */
import type { Definition, Run } from '../command.ts';
import { askPause, pausedShape } from './pausing.ts';

export const command = {
  name: 'resume',
  group: 'run',
  summary: 'End a pause, for all agents or one',
  examples: [
    { line: 'lemming resume', does: 'the organisation continues at the turn where it paused' },
    { line: 'lemming resume hr', does: 'one agent continues' },
  ],
  args: [{ name: 'agent', about: 'the agent to resume (default: the organisation)', optional: true }],
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

export const run: Run<typeof command> = async (world, input) => askPause(world, 'resume', input.args.agent);
