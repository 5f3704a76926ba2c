/** `lemming secret`: lists the keys that an organisation needs, and takes them from a `.env` file. */
import { resolve } from 'node:path';
import { readOrg } from '../../app/read-org.ts';
import { nearestTo } from '../../core/text/nearest.ts';
import { variablesOutside } from '../../disk/owner/outside-env.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import { ownerFolder } from '../../disk/owner/owner-folder.ts';
import { missingKeys } from '../../engine/calls/model-notes.ts';
import { keyVariables } from '../../engine/search/keys.ts';
import { failure } from '../../schema/fault.ts';
import { table } from '../../views/text/table.ts';
import type { Definition, Runs } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'secret',
  group: 'start',
  summary: 'List the keys that the models need, or take one from a .env file',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List the variables in which models and searches expect their keys, and whether they are set',
      examples: [{ line: 'lemming secret', does: 'lists the keys and whether they are set; shows no key' }],
      args: [],
      flags: [],
      reads: true,
      right: 'owner',
      output: (z) =>
        z.strictObject({
          keys: z.array(z.strictObject({ name: z.string(), found: z.boolean(), needed: z.boolean() })),
        }),
    },
    {
      name: 'import',
      summary: 'Copy one key from a .env file into your own .env, outside the organisation',
      examples: [
        {
          line: 'lemming secret import .env OPENAI_API_KEY',
          does: 'copies this key, and nothing else, from the file; never shows it',
        },
      ],
      args: [
        { name: 'file', about: 'a file with lines NAME=value, outside every organisation' },
        { name: 'name', about: 'the variable; a model or a search of the organisation must use it' },
      ],
      flags: [YES],
      reads: false,
      right: 'owner',
      output: (z) => z.strictObject({ name: z.string(), file: z.string() }),
    },
  ],
} as const satisfies Definition;

export const run: Runs<typeof command> = { list, import: takeOver };

async function list(world: World) {
  const { config } = readOrg(world);
  const owner = ownerOf(world);
  const missing = new Set(missingKeys(config, owner).map(({ name }) => name));
  const keys = keyVariables(config).map((name) => ({
    name,
    found: Boolean(owner.env(name)?.trim()),
    needed: missing.has(name),
  }));
  const rows = keys.map(({ name, found, needed }) => [name, found ? 'set' : needed ? 'missing' : 'not set']);
  return { data: { keys }, text: keys.length > 0 ? table([['key', 'is'], ...rows]) : 'No model needs a key.' };
}

async function takeOver(
  world: World,
  input: { args: { file: string; name: string }; flags: { yes?: true | undefined } },
) {
  const { file, name } = input.args;
  const names = keyVariables(readOrg(world).config);
  if (!names.includes(name))
    throw failure('not-found', `No model or search of this organisation uses the key ${JSON.stringify(name)}`, {
      value: name,
      ...nearestTo(name, names),
      remedy: names.length > 0 ? `They use ${names.join(', ')}.` : 'Choose a model first: lemming model use.',
    });
  const found = variablesOutside(resolve(world.cwd, file), file);
  if (found === null) throw failure('not-found', `There is no file ${file}`, { remedy: 'Check the path.' });
  const value = found.get(name)?.trim();
  if (!value) throw failure('not-found', `${name} is not in ${file}`, { remedy: 'Check the name.' });
  const owner = ownerOf(world);
  const place = `${ownerFolder(world.env)?.label}/.env`;
  const before = owner.env(name)?.trim();
  if (before !== undefined && before !== value)
    await confirm(world, input, `${name} is set already, to another value.`);
  const text = owner.setVariable(name, value) ? `${name} is now in ${place}.` : `${place} has this key already.`;
  const own = world.env[name]?.trim();
  const note = own && own !== value ? ` The variable ${name} of this shell still goes before it: unset it.` : '';
  return { data: { name, file: place }, text: `${text}${note}` };
}
