/** `lemming deny`: denies a held act. */
import type { Definition, Run } from '../command.ts';
import { type DecidedApproval, decide, decidedShape } from './decide.ts';

export const command = {
  name: 'deny',
  group: 'people',
  summary: 'Deny a pending action',
  examples: [
    { line: 'lemming deny A-12-coder_01-1 --note "Not on Fridays"', does: 'the agent learns of it in its next turn' },
  ],
  args: [{ name: 'id', about: 'the id of the action, from lemming approvals', of: ['approval'] }],
  flags: [
    { name: 'note', value: 'TEXT', about: 'why' },
    { name: 'by', value: 'PERSON', about: 'the person who answers, if not you', right: 'owner' },
  ],
  reads: false,
  right: 'approvals',
  screen: [{ key: 'd', on: 'approval', asks: ['note'] }],
  output: (z) => decidedShape(z),
} as const satisfies Definition;

export const run: Run<typeof command, DecidedApproval> = async (world, input) => decide(world, input, 'deny');
