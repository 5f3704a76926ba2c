/** `lemming archive`: moves delivered mail to the archives. */
import { betweenTurns } from '../../app/exclusive.ts';
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import { archiveMoves, filesOf } from '../../core/journal/files.ts';
import { deadOf } from '../../core/model/state/dead-letters.ts';
import type { State } from '../../core/model/state.ts';
import { messageOf } from '../../core/rights/recipients.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { materialise } from '../../disk/fs/materialise.ts';
import { filesOfMail } from '../../disk/intake/outboxes.ts';
import { failure } from '../../schema/fault.ts';
import { isName, messageId } from '../../schema/name.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, InputOf, Run } from '../command.ts';
import { addressedTo } from '../message-args.ts';
import { takenShape } from '../shapes.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'archive',
  group: 'keep',
  summary: 'Move delivered mail from the outboxes into their archives; nothing is deleted',
  examples: [
    { line: 'lemming archive', does: 'moves all mail that has reached all its recipients' },
    {
      line: 'lemming archive 000005-manager-01',
      does: 'archives a message to you: marks it as read and removes it from your inbox',
    },
    { line: 'lemming archive --older-than 50', does: 'moves only mail that is older than 50 turns' },
  ],
  args: [
    {
      name: 'ids',
      about: 'messages to you (default: all delivered mail)',
      many: true,
      optional: true,
    },
  ],
  flags: [
    {
      name: 'older-than',
      value: 'TURNS',
      kind: 'whole',
      about: 'keep the mail of the last TURNS turns in the outboxes',
    },
  ],
  reads: false,
  right: 'owner',
  output: (z) =>
    z.union([
      z.strictObject({ archived: z.number(), paths: z.array(z.string()) }),
      z.strictObject({ put_away: z.array(z.string()), taken: takenShape(z) }),
    ]),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  if (input.rest.length > 0) return putAway(world, input);
  const age = input.flags['older-than'] ?? 0;
  const moved = await betweenTurns(world, 'archive', (disk, { state, journal }) => {
    const moves = archiveMoves(delivered(disk, state, state.clock.turn - age));
    journal.add(...moves);
    journal.write(true);
    const [refused] = materialise(disk, moves.flatMap(filesOf), state.clock.turn).refused;
    if (refused) throw failure('disk-error', refused.why, { file: refused.path });
    return moves.flatMap((move) => (move.k === 'moved' ? [move.to] : []));
  });
  const text =
    moved.length === 0
      ? 'There is nothing to archive.'
      : `Moved ${moved.length} files into the archives of their outboxes. lemming search and lemming read still find them.`;
  return { data: { archived: moved.length, paths: moved }, text };
};

/**
 * Requests it for messages to the person; works while an engine runs. Throws `not-found`, `usage`, or `refused` for mail to
 * others.
 */
function putAway(world: World, { rest, flags }: InputOf<typeof command>) {
  if (flags['older-than'] !== undefined) throw failure('usage', 'Give either message ids or --older-than, not both.');
  const view = readOrg(world);
  const person = personOf(view);
  const ids = [...new Set(rest)].map((id) => addressedTo(view, person, id).id);
  const taken = post(world, person, [{ ask: 'archive', ids }]);
  const text = `${count(ids.length, 'message')} archived. lemming inbox --all, lemming search and lemming read still find ${ids.length === 1 ? 'it' : 'them'}.`;
  return { data: { put_away: ids, taken }, text };
}

/** The files, with attachments, of messages up to that turn for which nobody waits and which no dead letter mentions. */
function delivered(disk: Disk, state: State, last: number): string[] {
  const agents = (disk.list('agents') ?? []).filter(isName);
  return agents.flatMap((agent) =>
    filesOfMail(disk, agent, ({ turn }) => turn <= last).filter(
      (path) => disk.stat(path)?.kind === 'file' && isSettled(state, path) && !state.dead.aside.has(path),
    ),
  );
}

/** Whether nobody waits for the message of a file and no dead letter mentions it. */
function isSettled(state: State, path: string): boolean {
  const { author, turn, n } = messageOf(path) as NonNullable<ReturnType<typeof messageOf>>;
  const id = messageId(turn, author, n);
  return !state.mail.waiting.has(id) && deadOf(state.dead, id).length === 0;
}
