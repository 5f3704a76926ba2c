/** `lemming retry`: delivers dead letters again. */
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { checkAgent, personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { isAway } from '../../core/mail/absent-agents.ts';
import { deadLines } from '../../core/mail/chain.ts';
import { type DeadLetter, deadOf } from '../../core/model/state/dead-letters.ts';
import { failure } from '../../schema/fault.ts';
import { shorten } from '../../views/text/table.ts';
import type { Definition, Run } from '../command.ts';
import { takenShape } from '../shapes.ts';

export const command = {
  name: 'retry',
  group: 'people',
  summary: 'Deliver a dead letter again, with those of its chain that failed for the same reason',
  examples: [
    {
      line: 'lemming retry 000007-planner-02',
      does: 'delivers the message as its file is now, and the others of its chain',
    },
    { line: 'lemming retry 000007-planner-02 --only', does: 'delivers only that message' },
  ],
  args: [{ name: 'id', about: 'the id of the dead letter or of its message', of: ['dead-letter'] }],
  flags: [{ name: 'only', about: 'only this message, not the others of its chain' }],
  reads: false,
  right: 'edit',
  screen: [{ key: 'R', on: 'dead-letter' }],
  output: (z) => z.strictObject({ count: z.number(), retried: z.array(z.string()), taken: takenShape(z) }),
} as const satisfies Definition;

/** The most characters of ids and names in a line. */
const SHOWN = 80;

/** Requests it for every dead letter of that id or message, and of its line. Throws `not-found` if there is none. */
export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const { id } = input.args;
  const named = lettersOf(view, id);
  if (named.length === 0)
    throw failure('not-found', `There is no dead letter ${JSON.stringify(id)}.`, {
      remedy: 'Their ids are the names of the files in org/dead-letter/.',
    });
  for (const { message, reason, to } of named)
    if (message !== null && reason === 'no-agent')
      for (const name of to)
        if (!isAway(view.config, view.state, name) && !view.config.broken.has(name)) checkAgent(view, name);
  const lines = input.flags.only === true ? named.map((one) => ({ ...one, ids: [one.id] })) : linesWith(view, named);
  const ids = lines.flatMap((line) => line.ids);
  const taken = post(
    world,
    personOf(view),
    ids.map((id) => ({ ask: 'retry' as const, id })),
  );
  return { data: { count: ids.length, retried: ids, taken }, text: lines.map(printRetried).join('\n') };
};

function lettersOf({ state }: View, id: string): DeadLetter[] {
  const named = state.dead.letters.get(id);
  return [...new Map([...(named ? [named] : []), ...deadOf(state.dead, id)].map((one) => [one.id, one])).values()];
}

/** The lines to which these dead letters belong. Only a chain with more than one is looked up. */
function linesWith({ state }: View, named: readonly DeadLetter[]): (DeadLetter & { ids: string[] })[] {
  const chains = new Set(named.map(({ chain }) => chain));
  if (named.every(({ chain }) => state.dead.chains.get(chain) === 1))
    return named.map((one) => ({ ...one, ids: [one.id] }));
  return deadLines(state).filter(({ chain }) => chains.has(chain));
}

function printRetried({ id, ids, message, path, to }: DeadLetter & { ids: readonly string[] }): string {
  if (message === null) return `The next turn tries ${path} again.`;
  if (ids.length > 1)
    return `${ids.length} messages of one chain will be delivered again in the next turn (${shorten(ids.join(', '), SHOWN)}). To deliver only one, add --only.`;
  const name = id === message ? '' : ` (${id})`;
  return `${message} will be delivered again to ${shorten(to.join(', '), SHOWN)} in the next turn${name}.`;
}
