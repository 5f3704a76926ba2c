/** The command `lemming export`: packs an organisation to give it away. */
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
  summary: 'Pack the organisation to give it away: no secrets, logs or caches',
  examples: [
    { line: 'lemming export ../acme.tgz', does: 'packs it with its journal, so that it goes on where it stands' },
    {
      line: 'lemming export ../acme-template.tgz --without-journal',
      does: 'packs who the agents are and what they know, without mail and history',
    },
  ],
  args: [{ name: 'file', about: 'where to; a new file' }],
  flags: [{ name: 'without-journal', about: 'leaves out history and mail: a template for new organisations' }],
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

/** Logs and requests belong to this place and moment. */
const LOCAL = /^org\/logs$|^agents\/[^/]+\/(logs|requests)$/;
/** What only the journal gives a meaning. */
const HISTORY = /^org\/(journal|dead-letter|approvals)$|^agents\/[^/]+\/outbox$/;

export const run: Run<typeof command> = async (world, input) => {
  const { disk, config } = readOrg(world);
  await learnKeys(world, config);
  const file = resolve(world.cwd, input.args.file);
  const bare = input.flags['without-journal'] === true;
  let scrubber = new Scrubber(disk, config, world.env);
  const packed: PackedOrg = packOrg(disk, file, {
    told: barFor(world, 'files'),
    skip: (path) => LOCAL.test(path) || (bare && HISTORY.test(path)),
    change() {
      scrubber = new Scrubber(disk, config, world.env);
      return (one) => scrubber.take(one);
    },
  });
  const struck = scrubber.found;
  for (const path of packed.left_out) world.say(tellLeftOut(path));
  for (const path of struck)
    world.say(`A secret stood in ${path} and was struck out of the archive. It is still in the organisation itself.`);
  return {
    data: { file, ...packed, secrets_struck_from: struck },
    text: `${packed.files} files are in ${file}.${struck.length ? ` Secrets were struck out of ${struck.length}.` : ''}\nlemming import ${file} DIR makes an organisation of it.`,
  };
};

/** Asks for the keys that only a program knows, so that they are struck out too. */
async function learnKeys({ env, root, say }: World, config: Config): Promise<void> {
  for (const key of keysIn(config).filter((one) => one.startsWith('secret://'))) {
    try {
      await ownerOf(env, root).secret(key);
    } catch {
      say(`${key} could not be read, so it is not looked for in the files.`);
    }
  }
}
