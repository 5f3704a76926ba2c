import type { Command, Run } from './command.ts';
import { decide } from './decide.ts';

export const command: Command = {
  name: 'approve',
  group: 'people',
  summary: 'Let an act happen that waits for a person',
  examples: [
    { line: 'lemming approve A-12-coder_01-1', does: 'the act is judged again in the next turn and done once' },
  ],
  args: [{ name: 'id', about: 'id of the act; lemming approvals lists them' }],
  flags: [{ name: 'note', value: 'TEXT', about: 'what the agent is told with it' }],
  reads: false,
};

export const run: Run = async (world, input) => decide(world, input, 'approve');
