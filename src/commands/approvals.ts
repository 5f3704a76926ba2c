import type { Approval } from '../core/state.ts';
import { foresee, readOrg } from '../engine/open.ts';
import { count } from '../views/table.ts';
import type { Command, Run } from './command.ts';

export const command: Command = {
  name: 'approvals',
  group: 'people',
  summary: 'Show the acts that wait for a person',
  examples: [{ line: 'lemming approvals', does: 'lists what agents want to do and may not without you' }],
  args: [],
  flags: [],
  reads: true,
};

export const run: Run = async (world) => {
  const view = readOrg(world);
  await foresee(view);
  const approvals = [...view.state.approvals.values()];
  const open = approvals.filter((approval) => approval.answer === null);
  const heading = open.length
    ? `${count(open.length, 'act waits', 'acts wait')} for you: lemming approve ID, or lemming deny ID`
    : 'Nothing waits for you.';
  return { data: { approvals }, text: [heading, ...approvals.map(print)].join('\n\n') };
};

function print({ id, turn, agent, tool, rule, contacts, input, answer }: Approval): string {
  const state = answer
    ? `${answer.decision === 'approve' ? 'approved' : 'denied'} by ${answer.by}, takes effect in the next turn`
    : `waits for ${contacts.join(', ')}`;
  return `${id}  ${agent} wants to use ${tool} (turn ${turn}; ${rule}); ${state}\n${JSON.stringify(input, null, 2).replace(/^/gm, '  ')}`;
}
