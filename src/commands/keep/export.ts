/** `lemming export`: packs an organisation without its secrets, to give it away. */
import { resolve } from 'node:path';
import { type PackedOrg, packOrg, tellLeftOut } from '../../app/archive.ts';
import { readOrg } from '../../app/read-org.ts';
import { type Config, keysIn } from '../../core/model/config.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import { Scrubber } from '../../engine/erase/scrub.ts';
import { barFor } from '../bar.ts';
import type { Definition, Run } from '../command.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'export',
  group: 'keep',
  summary: 'Pack the organisation to share it, without secrets, logs and caches',
  examples: [
    { line: 'lemming export ../acme.tgz', does: 'packs it with its journal, so that it can continue elsewhere' },
    {
      line: 'lemming export ../acme-template.tgz --without-journal',
      does: 'packs the agents and what they know, without mail and history',
    },
  ],
  args: [{ name: 'file', about: 'the file to write; it must not exist yet' }],
  flags: [{ name: 'without-journal', about: 'leave out history and mail, to make a template for new organisations' }],
  reads: false,
  right: 'owner',
  output: (z) =>
    z.strictObject({
      file: z.string(),
      files: z.number(),
      bytes: z.number(),
      left_out: z.array(z.string()),
      secrets_struck_from: z.array(z.string()),
    }),
} as const satisfies Definition;

/** Logs and requests belong to this place and time. */
const LOCAL = /^org\/logs$|^agents\/[^/]+\/(logs|requests)$/;
/** Files that have a meaning only with the journal. */
const HISTORY = /^org\/(journal|dead-letter|approvals)$|^agents\/[^/]+\/outbox$/;

export const run: Run<typeof command> = async (world, input) => {
  const { disk, config } = readOrg(world);
  await learnKeys(world, config);
  const file = resolve(world.cwd, input.args.file);
  const bare = input.flags['without-journal'] === true;
  let scrubber = new Scrubber(disk, config, ownerOf(world));
  const packed: PackedOrg = packOrg(disk, file, {
    told: barFor(world, 'files'),
    skip: (path) => LOCAL.test(path) || (bare && HISTORY.test(path)),
    change() {
      scrubber = new Scrubber(disk, config, ownerOf(world));
      return (one) => scrubber.take(one);
    },
  });
  const struck = scrubber.found;
  for (const path of packed.left_out) world.say(tellLeftOut(path));
  for (const path of struck)
    world.say(`${path} contained a secret. It was removed from the archive, but is still in the organisation itself.`);
  return {
    data: { file, ...packed, secrets_struck_from: struck },
    text: `Packed ${packed.files} files into ${file}.${struck.length ? ` Secrets were removed from ${struck.length} of them.` : ''}\nTo make an organisation from it: lemming import ${file} DIR`,
  };
};

/** Runs the programs that print keys, so that those keys are masked as well. */
async function learnKeys(world: World, config: Config): Promise<void> {
  for (const key of keysIn(config).filter((one) => one.startsWith('secret://'))) {
    try {
      await ownerOf(world).secret(key);
    } catch {
      world.say(`${key} could not be read, so the files were not searched for it.`);
    }
  }
}
