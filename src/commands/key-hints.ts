/** Says which keys are missing, where they were looked for, and how to set them. */
import { resolve } from 'node:path';
import type { Config } from '../core/model/config.ts';
import { variablesOutside } from '../disk/owner/outside-env.ts';
import { ownerOf } from '../disk/owner/owner.ts';
import { ownerFolder } from '../disk/owner/owner-folder.ts';
import { missingKeys } from '../engine/calls/model-notes.ts';
import type { World } from './world.ts';

/** A line for each key that models in use need and that is not set. */
export function missingKeyLines(world: World, config: Config): string[] {
  return missingKeys(config, ownerOf(world)).map(
    ({ name, models }) => `${models.join(', ')}: ${missingKeyLine(world, name)}`,
  );
}

/** `OPENAI_API_KEY is neither in the environment nor in $HOME/.config/lemming/.env. ...` */
export function missingKeyLine(world: World, name: string): string {
  const folder = ownerFolder(world.env);
  const looked = folder
    ? `${name} is neither in the environment nor in ${folder.label}/.env.`
    : `${name} is not in the environment, and there is no folder for your keys, because neither LEMMING_HOME nor HOME is set.`;
  return `${looked} ${isHere(world, name) ? `The .env here has it. To take it from there: lemming secret import .env ${name}` : `Set it, or take it from a file: lemming secret import FILE ${name}`}`;
}

/** Whether the `.env` where the person stands has that variable. */
function isHere({ cwd }: World, name: string): boolean {
  try {
    return Boolean(variablesOutside(resolve(cwd, '.env'), '.env')?.get(name)?.trim());
  } catch {
    return false; // it is not the file that was asked for
  }
}
