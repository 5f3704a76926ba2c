import type { Command, Run } from './command.ts';
import { decide } from './decide.ts';

export const command: Command = {
  name: 'approve',
  group: 'people',
  summary: 'Let an act happen that waits for a person',
  examples: [
    { line: 'lemming approve A-12-coder_01-1', does: 'the act is judged again in the next turn and done once' },
  ],
  args: [{ name: 'id', about: 'id of the act; lemming approvals lists them', of: ['approval'] }],
  flags: [
    { name: 'note', value: 'TEXT', about: 'what the agent is told with it' },
    { name: 'by', value: 'PERSON', about: 'who answers, when it is another person of the chart' },
  ],
  reads: false,
};

export const run: Run = async (world, input) => decide(world, input, 'approve');
