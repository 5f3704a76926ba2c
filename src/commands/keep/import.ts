/** `lemming import`: unpacks an organisation from an archive. */
import { basename, dirname, join, resolve } from 'node:path';
import { checkUnpacked, isOrgPath } from '../../app/archive.ts';
import { moveIntoPlace, unpack } from '../../disk/archive/pack.ts';
import { removeTree } from '../../disk/fs/tree.ts';
import { failure } from '../../schema/fault.ts';
import { barFor } from '../bar.ts';
import type { Definition, Run } from '../command.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'import',
  group: 'keep',
  summary: 'Create an organisation from an archive; nothing in it is run',
  examples: [
    { line: 'lemming import acme.tgz ./acme', does: 'unpacks and checks the archive, then creates the folder ./acme' },
  ],
  args: [
    { name: 'file', about: 'a file that lemming export or lemming backup wrote' },
    { name: 'dir', about: 'a new or empty folder' },
  ],
  flags: [],
  reads: false,
  right: 'owner',
  needsOrg: false,
  output: (z) => z.strictObject({ org: z.string(), turn: z.number(), files: z.number() }),
} as const satisfies Definition;

/** Unpacks beside the target, checks the result, and moves it there as a whole: the folder never holds half an org. */
export const run: Run<typeof command> = async (world, input) => {
  const file = resolve(world.cwd, input.args.file);
  const target = resolve(world.cwd, input.args.dir);
  if ((world.machine.disk(target).list('') ?? []).length > 0)
    throw failure('usage', `${target} is not empty`, { remedy: 'Choose a new folder.' });
  const name = `.${basename(target)}.lemming-${world.machine.clock.token()}`;
  const paths = unpack(file, join(dirname(target), name), isOrgPath, barFor(world, ''));
  const turn = checked(world, dirname(target), name, file);
  moveIntoPlace(join(dirname(target), name), target);
  return {
    data: { org: target, turn, files: paths.length },
    text: `Unpacked ${paths.length} files into ${target}, at turn ${turn}. To check them: lemming --org ${target} validate`,
  };
};

function checked(world: World, folder: string, name: string, file: string): number {
  try {
    return checkUnpacked(world.machine.disk(join(folder, name)), file, barFor(world, 'files'));
  } catch (error) {
    removeTree(world.machine.disk(folder), name);
    throw error;
  }
}
