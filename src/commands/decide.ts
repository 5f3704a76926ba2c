import { personOf, post, readOrg } from '../engine/open.ts';
import { failure } from '../schema/fault.ts';
import type { Input, Outcome, World } from './command.ts';

/** Answers a held act; the next freeze judges it again and does it once. Throws `not-found` when it does not wait. */
export function decide(world: World, input: Input, ask: 'approve' | 'deny'): Outcome {
  const { config, state } = readOrg(world);
  const id = input.args.id as string;
  const approval = state.approvals.get(id);
  if (!approval)
    throw failure('not-found', `No act ${JSON.stringify(id)} waits for a person.`, {
      remedy: 'lemming approvals lists what waits.',
    });
  const note = typeof input.flags.note === 'string' ? input.flags.note : '';
  const taken = post(world, personOf(config), [{ ask, id, note }]);
  const { agent, tool } = approval;
  const text =
    ask === 'approve'
      ? `Approved: ${agent} uses ${tool} in the next turn.`
      : `Denied: ${agent} will be told that it may not use ${tool}.`;
  return { data: { id, decision: ask, agent, tool, taken }, text };
}
