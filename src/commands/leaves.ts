/** The leaves of the command tree: every callable command by its full name. */
import type { Arg, Code, Command, Definition, Family, Leaf, LeafDefinition } from './command.ts';

export function isFamily<F extends Family>(command: Leaf | F): command is F {
  return 'commands' in command;
}

/** The leaves of a command: itself, or its subcommands. */
export function leavesOf(command: Definition): LeafDefinition[];
export function leavesOf(command: Command): Leaf[];
export function leavesOf(command: Command): Leaf[] {
  if (!isFamily(command)) return [command];
  return command.commands.map((leaf) => ({ ...leaf, name: `${command.name} ${leaf.name}` }));
}

/** The exports of a command file. `run` is a function, or an object of functions for a family. */
export interface CommandFile {
  command: Definition;
  run: unknown;
}

/** The code of a leaf in the file of its command. */
export function codeIn({ command, run }: CommandFile, name: string): Code {
  const leaf = leavesOf(command).find((one) => one.name === name);
  if (!leaf) throw new Error(`${command.name} has no ${name}`);
  const runs = isFamily(command) ? (run as Record<string, unknown>)[name.slice(command.name.length + 1)] : run;
  return { run: runs as Code['run'], output: leaf.output };
}

/** An argument in a usage line: `AGENT`, `[AGENT]`, `TEXT...`. */
export function argTerm(arg: Arg): string {
  const name = `${arg.name.toUpperCase()}${arg.many ? '...' : ''}`;
  return arg.optional ? `[${name}]` : name;
}
