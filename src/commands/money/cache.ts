/** `lemming cache`: shows, fills and clears the cache of replies. */
import { readOrg } from '../../app/read-org.ts';
import type { View } from '../../app/view.ts';
import { countCredits } from '../../core/money/ledger.ts';
import { openReplies, warm, writeReplies } from '../../engine/calls/reply-cache.ts';
import { journalLines } from '../../engine/journal/history.ts';
import type { Replies } from '../../providers/with/cache.ts';
import { inCredits } from '../../schema/amount.ts';
import { failure } from '../../schema/fault.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, Runs, Zod } from '../command.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'cache',
  group: 'money',
  summary: 'Show how often the cache served a reply, forget replies, or fill it from the journal',
  bare: 'show',
  commands: [
    {
      name: 'show',
      summary: 'Show how often the cache served a reply, and what that saved',
      examples: [{ line: 'lemming cache', does: 'shows hits, misses and savings' }],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => cacheShape(z),
    },
    {
      name: 'forget',
      summary: 'Remove replies of a model or an agent from the cache',
      examples: [
        {
          line: "lemming cache forget 'gpt/*'",
          does: 'removes the replies of the model gpt; you can also name an agent, or *',
        },
      ],
      args: [{ name: 'pattern', about: 'MODEL, AGENT or MODEL/AGENT; * matches any text' }],
      flags: [],
      reads: false,
      right: 'edit',
      output: (z) => cacheShape(z).extend({ forgotten: z.number() }),
    },
    {
      name: 'warm',
      summary: 'Fill the cache from the journal',
      examples: [{ line: 'lemming cache warm', does: 'adds the replies of cached models from all committed turns' }],
      args: [],
      flags: [],
      reads: false,
      right: 'edit',
      output: (z) => cacheShape(z).extend({ warmed: z.number() }),
    },
  ],
} as const satisfies Definition;

/** Works on `.lemming/replies.json`. Changes throw `locked` while an engine runs. */
export const run: Runs<typeof command> = {
  show: async (world) => tell(await open(world)),
  forget: async (world, { args }) => {
    const opened = await openAlone(world);
    const forgotten = opened.replies.invalidate(args.pattern);
    writeReplies(opened.view, opened.replies);
    const { data, text } = tell(opened, `${count(forgotten, 'reply', 'replies')} forgotten.`);
    return { data: { ...data, forgotten }, text };
  },
  warm: async (world) => {
    const opened = await openAlone(world);
    const warmed = warm(opened.replies, journalLines(opened.view.disk));
    writeReplies(opened.view, opened.replies);
    const { data, text } = tell(opened, `${count(warmed, 'reply', 'replies')} added from the journal.`);
    return { data: { ...data, warmed }, text };
  },
};

interface OpenedCache {
  view: View;
  replies: Replies;
  /** How many replies the configured models may keep. */
  entries: number;
}

async function open(world: World): Promise<OpenedCache> {
  const view = readOrg(world);
  const entries = Math.max(0, ...[...view.config.models.values()].map(({ cache }) => cache?.entries ?? 0));
  return {
    view,
    replies: await openReplies({ kept: view.kept, clock: world.machine.clock }, Math.max(1, entries)),
    entries,
  };
}

async function openAlone(world: World): Promise<OpenedCache> {
  const opened = await open(world);
  const { running } = opened.view;
  if (!running) return opened;
  throw failure('locked', `An engine is running here (process ${running.pid}) and uses the cache`, {
    remedy: 'Try again after it has stopped.',
  });
}

function tell({ replies, entries: wanted }: OpenedCache, done = '') {
  const { hits, misses, saved, entries } = replies.statistics;
  const lines = [
    done,
    wanted === 0 ? 'No model in org/models.yaml has a cache.' : '',
    `${count(entries, 'reply', 'replies')} kept; ${count(hits, 'hit')}, ${count(misses, 'miss', 'misses')}, ${countCredits(saved)} saved.`,
  ];
  return { data: { entries, hits, misses, saved: inCredits(saved) }, text: lines.filter(Boolean).join('\n') };
}

function cacheShape(z: Zod) {
  return z.strictObject({ entries: z.number(), hits: z.number(), misses: z.number(), saved: z.number() });
}
