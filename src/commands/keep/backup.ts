/** `lemming backup`: packs the organisation into an archive. */
import { resolve } from 'node:path';
import { packOrg, tellLeftOut } from '../../app/archive.ts';
import { backupPath } from '../../app/exclusive.ts';
import { load } from '../../engine/journal/load.ts';
import { barFor } from '../bar.ts';
import type { Definition, Run } from '../command.ts';

export const command = {
  name: 'backup',
  group: 'keep',
  summary: 'Pack the whole organisation into one file, for lemming restore',
  examples: [
    { line: 'lemming backup', does: 'writes backups/turn-<turn>-<n>.tgz in the organisation' },
    { line: 'lemming backup ../acme.tgz', does: 'writes the file that you name' },
  ],
  args: [{ name: 'file', about: 'the file to write; it must not exist yet', optional: true }],
  flags: [],
  reads: false,
  right: 'owner',
  output: (z) =>
    z.strictObject({
      file: z.string(),
      turn: z.number(),
      files: z.number(),
      bytes: z.number(),
      left_out: z.array(z.string()),
    }),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  const disk = world.machine.disk(world.root);
  const { turn } = load(disk, world.machine.kept(world.root, world.env, disk)).state.clock;
  const file =
    input.args.file === undefined
      ? resolve(world.root, backupPath(disk, 'turn', turn))
      : resolve(world.cwd, input.args.file);
  if (input.args.file === undefined) disk.mkdir('backups');
  const packed = packOrg(disk, file, { told: barFor(world, 'files') });
  for (const path of packed.left_out) world.say(tellLeftOut(path));
  return {
    data: { file, turn, ...packed },
    text: `Packed ${packed.files} files of turn ${turn} into ${file}.\nTo go back to them: lemming restore ${file}`,
  };
};
