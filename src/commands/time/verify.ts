/** `lemming verify`: checks every byte of the journal, and the caches. */
import { workFolder } from '../../app/exclusive.ts';
import { compareFiles, compareFolds, differing, unbelieved } from '../../app/look/verify-caches.ts';
import { readOrg } from '../../app/read-org.ts';
import { removeTree } from '../../disk/fs/tree.ts';
import { verifyJournal } from '../../engine/journal/verify.ts';
import { copyWith } from '../../schema/copy.ts';
import { FAULTS, type Fault, printFault } from '../../schema/fault.ts';
import { barFor } from '../bar.ts';
import type { Definition, Run } from '../command.ts';
import { isStatusStrange } from '../look/status.ts';
import { faultShape } from '../shapes.ts';
import { isListStrange } from '../work/task.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'verify',
  group: 'time',
  summary: 'Check every byte of the journal: lines, seals, chain, turns',
  examples: [
    { line: 'lemming verify', does: 'finds any changed byte, missing file, incomplete end or replaced text' },
    {
      line: 'lemming verify --deep',
      does: 'also compares the caches in .lemming/ with the journal and the files',
    },
    { line: 'lemming verify --json', does: 'prints { ok, faults } and the hash of the last seal' },
  ],
  args: [],
  flags: [{ name: 'deep', about: 'also compare each cache in .lemming/ with a new one' }],
  reads: true,
  right: 'look',
  output: (z) =>
    z.strictObject({
      ok: z.boolean(),
      faults: z.array(faultShape(z)),
      files: z.number(),
      groups: z.number(),
      lines: z.number(),
      turns: z.number(),
      head: z.string(),
      redacted: z.number(),
      torn: z.number(),
    }),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, { flags }) => {
  const { faults, ...found } = verifyJournal(world.machine.disk(world.root), barFor(world, 'files'));
  const kept = flags.deep && faults.length === 0 ? await keptFaults(world) : [];
  const [first] = [...faults, ...kept];
  const redacted = found.redacted ? `, ${found.redacted} groups with erased text` : '';
  const counts = `${found.files} files, ${found.turns} turns, ${found.lines} lines${redacted}`;
  if (first)
    return {
      data: { ok: false, faults: [...faults, ...kept], ...found },
      text: [
        ...[...faults, ...kept].map(printFault),
        faults.length ? `The journal is damaged: ${counts}.` : `The journal is intact: ${counts}.`,
      ].join('\n'),
      exit: FAULTS[first.code].exit,
    };
  const deep = flags.deep ? '\nThe caches in .lemming/ agree with the journal and the files.' : '';
  return {
    data: { ok: true, faults, ...found },
    text: `The journal is intact: ${counts}.${deep}\nLast seal: ${found.head}`,
  };
};

/** Files in `.lemming/` that differ from what they would be if they were made now. */
async function keptFaults(world: World): Promise<Fault[]> {
  const disk = world.machine.disk(world.root);
  const kept = world.machine.kept(world.root, world.env, disk);
  const aside = workFolder(world.machine.clock, 'verify');
  try {
    if (disk.stat('.lemming')) disk.mkdir(aside);
    const strangers = unbelieved(disk, kept); // before anything is kept anew
    const folds = compareFolds(disk, kept, world.machine.disk(`${world.root}/${aside}`), barFor(world, 'files'));
    const view = readOrg(world, folds.fresh);
    const files = await compareFiles(view, world);
    const status = (await isStatusStrange(world, view))
      ? [differing('.lemming/status.json', 'The cached status does not match the organisation')]
      : [];
    const list = (await isListStrange(keepingNothing(world)))
      ? [differing('.lemming/tasks.json', 'The cached list does not match the tasks')]
      : [];
    return [...strangers, ...folds.faults, ...files, ...status, ...list];
  } finally {
    removeTree(disk, aside);
  }
}

/** A world in which no cache is written: a file with wrong content stays as it is. */
function keepingNothing(world: World): World {
  const kept: World['machine']['kept'] = (...place) => copyWith(world.machine.kept(...place), { write: () => null });
  return copyWith(world, { machine: copyWith(world.machine, { kept }) });
}
