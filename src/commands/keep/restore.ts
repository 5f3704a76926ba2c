/** `lemming restore`: replaces the organisation by a backup. */
import { resolve } from 'node:path';
import { checkUnpacked, isOrgPath, packOrg } from '../../app/archive.ts';
import { backupPath, dropCaches, withLock, workFolder } from '../../app/exclusive.ts';
import { unpack } from '../../disk/archive/pack.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { removeTree } from '../../disk/fs/tree.ts';
import { journalFiles } from '../../disk/journal/journal.ts';
import { FaultError } from '../../schema/fault.ts';
import { barFor } from '../bar.ts';
import type { Definition, Run } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'restore',
  group: 'keep',
  summary: 'Restore the organisation from a backup; make a backup of the present state first',
  examples: [
    { line: 'lemming restore backups/turn-42-1.tgz --yes', does: 'restores that backup, and says how to undo this' },
  ],
  args: [{ name: 'file', about: 'a file that lemming backup, reset or restore wrote' }],
  flags: [YES],
  reads: false,
  right: 'owner',
  output: (z) =>
    z.strictObject({
      file: z.string(),
      turn: z.number(),
      files: z.number(),
      archive: z.string(),
      undo: z.string(),
    }),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  const file = resolve(world.cwd, input.args.file);
  await confirm(
    world,
    input,
    `This replaces org/ and agents/ with the contents of ${file}. A backup of the present state is made first.`,
  );
  const { turn, archive, files } = withLock(world, 'restore', (disk) => restore(world, disk, file));
  return {
    data: { file, turn, files, archive, undo: `lemming restore ${archive} --yes` },
    text: `The organisation is back at turn ${turn} (${files} files). Its ledger does not include spending after that turn.\nThe backup of the former state is ${archive}. To go back: lemming restore ${archive} --yes`,
  };
};

/** Unpacks and checks the backup beside the org, then exchanges both folders with the present ones. */
function restore(world: World, disk: Disk, file: string): { turn: number; archive: string; files: number } {
  const work = workFolder(world.machine.clock, 'restore');
  const paths = unpack(file, `${world.root}/${work}`, isOrgPath, barFor(world, ''));
  const turn = turnOf(disk, world, work, file);
  const archive = backupPath(disk, 'restore', presentTurn(disk), '/org.tgz');
  disk.mkdir(archive.slice(0, archive.lastIndexOf('/')));
  packOrg(disk, `${world.root}/${archive}`, { told: barFor(world, 'files') });
  for (const part of ['agents', 'org']) swap(disk, part, work);
  for (const name of ['.gitattributes', '.gitignore'])
    if (disk.stat(`${work}/${name}`) && !disk.stat(name)) disk.rename(`${work}/${name}`, name);
  // The reply cache stays: its replies belong to requests, not to a history.
  dropCaches(disk, ['replies.json']);
  return { turn, archive, files: paths.length };
}

/** The turn of the backup. An unusable backup is removed again. */
function turnOf(disk: Disk, world: World, work: string, file: string): number {
  try {
    return checkUnpacked(world.machine.disk(`${world.root}/${work}`), file);
  } catch (error) {
    removeTree(disk, work);
    throw error;
  }
}

/** The last turn of the present journal by its file names: it may be damaged. */
function presentTurn(disk: Disk): number {
  try {
    return journalFiles(disk).at(-1) ?? 0;
  } catch (error) {
    if (error instanceof FaultError) return 0;
    throw error;
  }
}

function swap(disk: Disk, part: string, work: string): void {
  if (disk.stat(part)) disk.rename(part, `${work}/old-${part}`);
  if (disk.stat(`${work}/${part}`)) disk.rename(`${work}/${part}`, part);
}
