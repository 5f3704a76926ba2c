/** `lemming replay`: makes the files again from the journal, and compares them. */

import { resolve } from 'node:path';
import { portsOf } from '../../app/ports.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { journalFiles, readJournal } from '../../disk/journal/journal.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import {
  compareFolder,
  type FileDifference,
  type LineDifference,
  showDifference,
} from '../../engine/replay/compare.ts';
import { JournalFiles, journalEnd } from '../../engine/replay/journal-files.ts';
import { Recompute } from '../../engine/replay/recompute.ts';
import type { Divergence } from '../../engine/replay/replayed-calls.ts';
import { type Fault, FaultError, failure } from '../../schema/fault.ts';
import { TOOLS } from '../../tools/all.ts';
import { count } from '../../views/text/table.ts';
import { barFor } from '../bar.ts';
import type { Definition, InputOf, Run } from '../command.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'replay',
  group: 'time',
  summary: 'Rebuild every file from the journal and compare, without calling a model',
  examples: [
    {
      line: 'lemming replay',
      does: 'compares the folder with the journal, and lists what people have changed',
    },
    {
      line: 'lemming replay --recompute',
      does: 'also repeats every visit with its recorded replies, and compares each effect',
    },
    { line: 'lemming replay --keep ../copy', does: 'writes the rebuilt files into a new folder' },
  ],
  args: [],
  flags: [
    { name: 'recompute', about: 'also repeat every visit with its recorded replies' },
    { name: 'keep', value: 'DIR', about: 'write the files into this new or empty folder' },
  ],
  reads: true,
  right: 'owner',
  output: (z) =>
    z.strictObject({
      turns: z.number(),
      files: z.number(),
      identical: z.boolean(),
      edited: z.array(z.string()),
      not_kept: z.array(z.string()).optional(),
      first_difference: z
        .looseObject({ expected: z.string().nullable().optional(), found: z.string().nullable().optional() })
        .nullable(),
      recomputed: z
        .strictObject({
          visits: z.number(),
          identical: z.boolean(),
          folded: z.array(z.strictObject({ rules: z.number(), turns: z.number() })),
        })
        .optional(),
    }),
} as const satisfies Definition;

/** How often the comparison is repeated because an engine made progress in the meantime. */
const TRIES = 5;

interface ReplayResult {
  refold: JournalFiles;
  recompute: Recompute | null;
  differences: FileDifference[];
}

export const run: Run<typeof command> = async (world, input) => {
  const disk = world.machine.disk(world.root);
  const { refold, recompute, differences } = await replayStill(world, input, disk);
  const first = differences[0];
  const line = first ? showDifference(disk, refold, first) : null;
  const divergence = recompute?.divergence ?? null;
  const folded = [...(recompute?.folded ?? [])].map(([rules, turns]) => ({ rules, turns }));
  const edited = differences.map(({ path }) => path);
  if (refold.undone && edited.length)
    world.say(
      `Turn ${refold.turns} was interrupted before all its files were written. Run lemming run-once to complete them.`,
    );
  const identical = edited.length === 0 && divergence === null;
  return {
    data: {
      turns: refold.turns,
      files: refold.files.size,
      identical,
      edited,
      ...(refold.unkept.size ? { not_kept: [...refold.unkept] } : {}),
      first_difference: first ? { ...first, ...line } : divergence,
      ...(recompute ? { recomputed: { visits: recompute.visits, identical: divergence === null, folded } } : {}),
    },
    text: [
      `From the journal: ${count(refold.turns, 'turn')}, ${count(refold.files.size, 'file')}${recompute ? `; ${count(recompute.visits, 'visit')} repeated` : ''}.`,
      ...folded.map(
        ({ rules, turns }) =>
          `${count(turns, 'turn')} of rules ${rules}: effects taken from the journal, not repeated.`,
      ),
      ...printDifferences(differences, line),
      ...(divergence ? [printDivergence(divergence)] : []),
      ...[...refold.unkept].map((path) => `Not written, because the new folder does not allow this name: ${path}`),
      ...(identical ? ['Everything is identical.'] : []),
    ].join('\n'),
    ...(identical ? {} : { exit: 1 }),
  };
};

/** An engine may be at work: differences that the journal did not explain at first disappear on a second look. */
async function replayStill(world: World, input: InputOf<typeof command>, disk: Disk): Promise<ReplayResult> {
  for (let left = TRIES; ; left--) {
    const end = journalEnd(disk);
    const replayed = await replayOnce(world, input, disk);
    if (replayed.differences.length === 0 || left === 0 || input.flags.keep !== undefined || journalEnd(disk) === end)
      return replayed;
  }
}

async function replayOnce(world: World, input: InputOf<typeof command>, disk: Disk): Promise<ReplayResult> {
  const refold = new JournalFiles(sinkOf(world, input));
  const recompute = input.flags.recompute ? new Recompute(TOOLS, portsOf(world)) : null;
  const faults: Fault[] = [];
  const bar = barFor(world, 'turns');
  const last = journalFiles(disk).at(-1) ?? 0;
  for (const group of readJournal(disk, faults)) {
    world.signal.throwIfAborted();
    if (faults.length) break;
    bar(group.file - 1, last);
    refold.take(group);
    await recompute?.take(group);
  }
  if (faults.length) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  return { refold, recompute, differences: compareFolder(disk, refold, world.env, ownerOf(world).redact) };
}

function sinkOf(world: World, { flags }: InputOf<typeof command>): Disk | null {
  if (flags.keep === undefined) return null;
  const folder = resolve(world.cwd, flags.keep);
  const sink = world.machine.disk(folder);
  if ((sink.list('') ?? []).length > 0)
    throw failure('usage', `${folder} is not empty`, { remedy: 'Choose a new folder for --keep.' });
  sink.mkdir('');
  return sink;
}

function printDifferences(differences: readonly FileDifference[], line: LineDifference | null): string[] {
  const [first] = differences;
  if (!first) return [];
  const shown = differences.slice(0, 20).map(({ path, what }) => `  ${path} (${what})`);
  const more = differences.length > shown.length ? [`  and ${differences.length - shown.length} more`] : [];
  const where = line
    ? [
        `First difference: ${first.path}, line ${line.line}`,
        `  journal: ${line.expected ?? '(nothing)'}`,
        `  folder:  ${line.found ?? '(nothing)'}`,
      ]
    : [];
  return ['The folder differs from the journal. Changed since the last turn:', ...shown, ...more, ...where];
}

function printDivergence({ turn, key, expected, found }: Divergence): string {
  return [
    `Turn ${turn} has another result when it is repeated: ${key}`,
    `  journal: ${expected ?? '(nothing)'}`,
    `  again:   ${found ?? '(nothing)'}`,
  ].join('\n');
}
