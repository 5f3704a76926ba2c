import { deadOf } from '../core/state.ts';
import { personOf, post, readOrg } from '../engine/open.ts';
import { failure } from '../schema/fault.ts';
import { shorten } from '../views/table.ts';
import type { Command, Run } from './command.ts';

export const command: Command = {
  name: 'retry',
  group: 'people',
  summary: 'Give a dead letter another chance',
  examples: [{ line: 'lemming retry 000007-planner-02', does: 'delivers the message again, as its file stands now' }],
  args: [{ name: 'id', about: 'id of the dead letter or of its message', of: ['dead-letter'] }],
  flags: [],
  reads: false,
};

/** Asks for every dead letter of that id or message. Throws `not-found` when there is none. */
export const run: Run = async (world, input) => {
  const view = readOrg(world);
  const id = input.args.id as string;
  const named = view.state.dead.get(id);
  const letters = [
    ...new Map([...(named ? [named] : []), ...deadOf(view.state, id)].map((one) => [one.id, one])).values(),
  ];
  if (letters.length === 0)
    throw failure('not-found', `There is no dead letter ${JSON.stringify(id)}.`, {
      remedy: 'The files in org/dead-letter/ bear the ids.',
    });
  const taken = post(
    world,
    personOf(view),
    letters.map((dead) => ({ ask: 'retry' as const, id: dead.id })),
  );
  const text = letters.map(({ id, message, path, to }) =>
    message === null
      ? `${path} is looked at again in the next turn.`
      : `${message} is delivered again to ${shorten(to.join(', '), 80)} in the next turn (${id}).`,
  );
  return { data: { retried: letters.map((dead) => dead.id), taken }, text: text.join('\n') };
};
