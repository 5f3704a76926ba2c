// Loads the commands: a command is a file of src/commands/, in whichever folder, that exports `command` and `run`.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeIn, type CommandFile as Exported } from '../src/commands/leaves.ts';
import type { Load } from '../src/faces/cli/cli.ts';

const FOLDER = new URL('../src/commands/', import.meta.url);

export interface CommandFile extends Exported {
  /** Its path below `src/commands/`. */
  file: string;
}

/** Gives the code of the leaves of these files. */
export function loadOf(files: readonly CommandFile[]): Load {
  return async (name) => codeIn(files.find(({ command }) => command.name === name.split(' ')[0]) as CommandFile, name);
}

/** Every command, in the order of their names. */
export async function commandFiles(): Promise<CommandFile[]> {
  const files = (await Promise.all(sources().map(load))).filter(({ command }) => command !== undefined);
  return files.sort((a, b) => (a.command.name < b.command.name ? -1 : 1));
}

/** The command of that name; nothing else is loaded. */
export async function commandNamed(verb: string): Promise<CommandFile> {
  const file = sources().find((path) => basename(path) === `${verb}.ts`);
  if (file === undefined) throw new Error(`no command ${verb}`);
  return load(file);
}

function sources(): string[] {
  const names = readdirSync(fileURLToPath(FOLDER), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts'));
}

async function load(file: string): Promise<CommandFile> {
  const { command, run } = (await import(new URL(file, FOLDER).href)) as Omit<CommandFile, 'file'>;
  return { file, command, run };
}
