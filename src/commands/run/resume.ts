import type { Command, Run } from '../command.ts';
import { askPause } from './pausing.ts';

export const command: Command = {
  name: 'resume',
  group: 'run',
  summary: 'End a pause, of the organisation or of one agent',
  examples: [
    { line: 'lemming resume', does: 'the organisation goes on at the turn where it paused' },
    { line: 'lemming resume hr', does: 'one agent goes on' },
  ],
  args: [{ name: 'agent', about: 'who goes on; the organisation when left out', optional: true }],
  flags: [],
  reads: false,
};

export const run: Run = async (world, input) => askPause(world, 'resume', input.args.agent);
