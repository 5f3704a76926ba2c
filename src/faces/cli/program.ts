/** Builds the commander program from the definitions of commands. */
import { Argument, type CommanderError, Option, Command as Program } from 'commander';
import type { Command, Family, Flag, Leaf, RawInput } from '../../commands/command.ts';
import { argTerm, isFamily, leavesOf } from '../../commands/leaves.ts';
import { FAULTS, FaultError, failure } from '../../schema/fault.ts';
import { argAbout, examplesOf, flagAbout, flagTerm, GLOBAL, GROUPS, inHelpOrder, tailOf } from './help.ts';
import { readInput } from './input.ts';

/** Everything that parsing and help need: what `npm run build` writes to dist/commands.json. */
export interface Catalogue {
  version: string;
  commands: Command[];
}

/** Runs what a parsed line calls. */
export type RunVerb = (leaf: Leaf, input: RawInput) => Promise<void>;

/**
 * The commander program for a command line. A usage error is thrown as a fault; help and version end with a CommanderError
 * of exit code 0.
 */
export function buildProgram(
  catalogue: Catalogue,
  argv: readonly string[],
  write: (text: string) => void,
  act: RunVerb,
): Program {
  const program = new Program('lemming')
    .description('An organisation of LLM agents that lives in a folder.')
    .usage('[options] COMMAND')
    .version(catalogue.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', '\nFor the options of a command, and examples: lemming COMMAND --help')
    .configureOutput({ writeOut: write, writeErr: () => {} })
    .configureHelp({
      showGlobalOptions: true,
      visibleCommands: (parent) => [...parent.commands],
      subcommandTerm: (verb) =>
        `${verb.name()}${verb.registeredArguments.map((arg) => ` ${termOf(arg)}`).join('')}${verb.commands.length > 0 ? ' [COMMAND]' : ''}`,
      optionTerm: (option) => option.flags.replace(/[<>]/g, ''),
    })
    .exitOverride((error) => end(error, 'lemming --help'));
  for (const flag of GLOBAL) program.addOption(optionOf(flag));
  for (const command of commandsFor(catalogue, argv)) addVerb(program, command, act);
  return program;
}

/** The command of this line; all of them where help or a fault may name them. */
function commandsFor({ commands }: Catalogue, argv: readonly string[]): Command[] {
  const verb = argv.find((word, i) => !word.startsWith('-') && argv[i - 1] !== '--org');
  const meant = commands.filter(({ name }) => name === verb);
  return meant.length > 0 ? meant : inHelpOrder(commands);
}

function addVerb(program: Program, command: Command, act: RunVerb): void {
  const verb = program.command(command.name).helpGroup(`${GROUPS[command.group]}:`);
  if (isFamily(command)) describeFamily(verb, command, act);
  else describeLeaf(verb, command, act);
}

/** Describes a verb with sub-commands. The verb alone calls one of them, even when an option follows. */
function describeFamily(verb: Program, family: Family, act: RunVerb): void {
  verb
    .description(family.summary)
    .usage(tailOf(family))
    .helpCommand(false)
    .addHelpText('after', `\nlemming ${family.name} means lemming ${family.name} ${family.bare}.`);
  const names = family.commands.map(({ name }) => name);
  family.commands.forEach((part, at) => {
    const isBare = part.name === family.bare;
    const below = verb.command(part.name, { isDefault: isBare });
    describeLeaf(below, leavesOf(family)[at] as Leaf, act);
    if (isBare)
      below.exitOverride((error) => {
        const [typed = ''] = verb.args;
        if (error.code === 'commander.excessArguments' && !names.includes(typed)) throw noneOf(family, typed);
        end(error, `lemming ${names.includes(typed) ? `${family.name} ${typed}` : family.name} --help`);
      });
  });
}

function noneOf({ name, commands }: Family, typed: string): Error {
  const names = commands.map((one) => one.name);
  return failure('usage', `lemming ${name} has no command "${typed}". Its commands are ${names.join(', ')}`, {
    value: typed,
    remedy: `See lemming ${name} --help.`,
  });
}

function describeLeaf(verb: Program, leaf: Leaf, act: RunVerb): void {
  verb
    .description(leaf.summary)
    .usage(tailOf(leaf))
    .addHelpText('after', examplesOf(leaf))
    .exitOverride((error) => end(error, `lemming ${leaf.name} --help`));
  for (const arg of leaf.args) {
    const name = argTerm({ ...arg, optional: false });
    verb.addArgument(new Argument(arg.optional ? `[${name}]` : `<${name}>`, argAbout(arg)));
  }
  const options = new Map(leaf.flags.map((flag) => [flag, optionOf(flag)]));
  for (const option of options.values()) verb.addOption(option);
  verb.action(async () => {
    const values = verb.opts();
    const read = (flag: Flag) => values[options.get(flag)!.attributeName()];
    try {
      await act(leaf, readInput(leaf, verb.processedArgs, read));
    } catch (error) {
      throw withHelp(error, leaf);
    }
  });
}

/** Wrong use without a remedy of its own: the help of the command is one. */
function withHelp(error: unknown, leaf: Leaf): unknown {
  if (!(error instanceof FaultError) || error.fault.remedy !== FAULTS.usage.remedy) return error;
  const better = failure('usage', error.fault.message, { ...error.fault, remedy: `See lemming ${leaf.name} --help.` });
  return Object.assign(better, { stack: error.stack });
}

function termOf(argument: Argument): string {
  return argTerm({ name: argument.name(), about: '', optional: !argument.required, many: argument.variadic });
}

function optionOf(flag: Flag): Option {
  const option = new Option(flagTerm(flag), flagAbout(flag));
  return flag.many ? option.argParser((text, before: string[] = []) => [...before, text]) : option;
}

function end(error: CommanderError, help: string): never {
  if (error.exitCode === 0 || error.code === 'commander.help') throw error;
  const [message = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const nearest = /Did you mean (?:one of )?([^,?]+)/.exec(hint)?.[1];
  throw failure('usage', sentence(message), { remedy: remedyFor(error, help), ...(nearest && { nearest }) });
}

/** Commander's messages begin with a small letter and end without a stop. */
function sentence(message: string): string {
  const [, bare] = /^option '.*?(--[\w-]+).*' argument missing$/.exec(message) ?? [];
  if (bare) return `${bare} needs a value.`;
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\.?$/, '.')}`;
}

function remedyFor(error: CommanderError, help: string): string {
  if (error.code === 'commander.excessArguments') return `Put text with spaces in quotes. See ${help}.`;
  if (error.code === 'commander.unknownOption') return `Put -- before text that starts with a dash. See ${help}.`;
  return `See ${help}.`;
}
