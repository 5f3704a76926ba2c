import { readOrg } from '../../app/read-org.ts';
import { countCredits } from '../../core/money/ledger.ts';
import { realClock } from '../../disk/fs/clock.ts';
import { openReplies, warm, writeReplies } from '../../engine/calls/reply-cache.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { inCredits } from '../../schema/amount.ts';
import { failure } from '../../schema/fault.ts';
import { count } from '../../views/text/table.ts';
import type { Command, Run } from '../command.ts';

export const command: Command = {
  name: 'cache',
  group: 'money',
  summary: 'Show how often replies were given again, forget some, or fill the cache from the journal',
  examples: [
    { line: 'lemming cache', does: 'shows hits, misses, and what they saved' },
    {
      line: "lemming cache --forget 'gpt/*'",
      does: 'forgets the replies of the model gpt; an agent or * will do as well',
    },
    { line: 'lemming cache --warm', does: 'takes the replies of all committed turns that cached models gave' },
  ],
  args: [],
  flags: [
    {
      name: 'forget',
      value: 'PATTERN',
      about: 'forget replies of a MODEL, an AGENT or MODEL/AGENT; * stands for any text',
    },
    { name: 'warm', about: 'fill the cache from the journal' },
  ],
  reads: false,
};

/** Works on `.lemming/replies.json` while no engine runs. Throws `locked` when one does and something is to be changed. */
export const run: Run = async (world, { flags }) => {
  const { disk, kept, config, running } = readOrg(world);
  const changes = flags.forget !== undefined || flags.warm === true;
  if (changes && running)
    throw failure('locked', `An engine runs here (process ${running.pid}), and it keeps the cache`, {
      remedy: 'Try again when it has ended.',
    });
  const entries = Math.max(0, ...[...config.models.values()].map(({ cache }) => cache?.entries ?? 0));
  const replies = await openReplies({ kept, clock: realClock }, Math.max(1, entries));
  const forgotten = typeof flags.forget === 'string' ? replies.invalidate(flags.forget) : 0;
  const warmed = flags.warm ? warm(replies, journalLines(disk)) : 0;
  if (changes) writeReplies({ kept }, replies);
  const { hits, misses, saved, entries: held } = replies.statistics;
  const lines = [
    flags.forget === undefined ? '' : `${count(forgotten, 'reply', 'replies')} forgotten.`,
    flags.warm ? `${count(warmed, 'reply', 'replies')} taken from the journal.` : '',
    entries === 0 ? 'No model in org/models.yaml has a cache.' : '',
    `${count(held, 'reply', 'replies')} kept; ${count(hits, 'hit')}, ${count(misses, 'miss', 'misses')}, ${countCredits(saved)} saved.`,
  ];
  return {
    data: { entries: held, hits, misses, saved: inCredits(saved), forgotten, warmed },
    text: lines.filter(Boolean).join('\n'),
  };
};
