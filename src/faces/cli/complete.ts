/** Answers what a shell asks for completion. */
import type { Arg, Command, Completable, Flag, Leaf } from '../../commands/command.ts';
import { isFamily } from '../../commands/leaves.ts';
import { realDisk } from '../../disk/fs/real.ts';
import { type Candidate, known } from './candidates.ts';
import { findOrg } from './find-org.ts';
import { GLOBAL, inHelpOrder } from './help.ts';
import type { Catalogue } from './program.ts';
import type { ProcessIo } from './world.ts';

/** What the last word of a command line may become: fixed words, and things of an org. */
interface Expected {
  words: Candidate[];
  kinds: readonly Completable[];
  /** Text before each candidate in the word: `--flag=`. */
  before?: string;
}

const NOTHING: Expected = { words: [], kinds: [] };

/**
 * Prints the candidates for the last word, one per line: the text, a tab, a description. `:files` and `:folders` let the
 * shell complete paths.
 */
export function tellCandidates(catalogue: Catalogue, terminal: ProcessIo, words: readonly string[]): number {
  try {
    for (const { value, about } of candidates(catalogue, terminal, words)) terminal.out(`${value}\t${about}\n`);
  } catch {
    // A shell that waits for a key has no use for an error: then nothing is offered.
  }
  return 0;
}

/** What the last of the words may become. */
export function candidates(
  catalogue: Catalogue,
  terminal: Pick<ProcessIo, 'cwd' | 'env'>,
  words: readonly string[],
): Candidate[] {
  const typed = words.at(-1) ?? '';
  const { words: given, kinds, before = '' } = wanted(catalogue, words);
  const shell = kinds.find((kind) => kind === 'file' || kind === 'folder');
  if (shell) return [{ value: `:${shell}s`, about: '' }];
  const root = kinds.length > 0 ? orgOf(terminal, words) : null;
  const found = root === null ? [] : kinds.flatMap((kind) => known(realDisk(root), kind));
  return [...given, ...found]
    .map(({ value, about }) => ({ value: before + value, about }))
    .filter(({ value }) => value.startsWith(typed));
}

function orgOf({ cwd, env }: Pick<ProcessIo, 'cwd' | 'env'>, words: readonly string[]): string | null {
  const at = words.indexOf('--org');
  return findOrg(cwd, (at >= 0 ? words[at + 1] : undefined) ?? (env.LEMMING_ORG || undefined));
}

/** What the preceding words ask for. */
export function wanted({ commands }: Catalogue, words: readonly string[]): Expected {
  const typed = words.at(-1) ?? '';
  const given: string[] = [];
  let command: Leaf | Command | undefined;
  let awaiting: Flag | undefined;
  let onlyArgs = false;
  for (const word of words.slice(0, -1)) {
    if (awaiting) awaiting = undefined;
    else if (word === '--') onlyArgs = true;
    else if (word.startsWith('-') && !onlyArgs) awaiting = takesWord(flagNamed(command, word));
    else if (given.length === 0 && (!command || isFamily(command))) {
      const below: readonly (Leaf | Command)[] = command ? command.commands : commands;
      const found = below.find(({ name }) => name === word);
      if (found) command = found;
      else given.push(word);
    } else given.push(word);
  }
  if (awaiting) return valuesOf(awaiting);
  if (typed.startsWith('-') && !onlyArgs) return flagsFor(command, typed);
  if (command && isFamily(command)) return given.length === 0 ? wordsOf(command.commands) : NOTHING;
  if (command) return valuesOfArg(command.args, given.length);
  const isVerb = given.length === 0 || (given.length === 1 && given[0] === 'help');
  return isVerb ? wordsOf(inHelpOrder(commands)) : NOTHING;
}

function wordsOf(commands: readonly (Leaf | Command)[]): Expected {
  return { words: commands.map(({ name, summary }) => ({ value: name, about: summary })), kinds: [] };
}

/** A verb with sub-commands takes the options of the one that it calls by itself. */
function ownFlags(command: Leaf | Command | undefined): readonly Flag[] {
  if (!command || !isFamily(command)) return command?.flags ?? [];
  return command.commands.find(({ name }) => name === command.bare)?.flags ?? [];
}

function flagNamed(command: Leaf | Command | undefined, word: string): Flag | undefined {
  const flags = [...ownFlags(command), ...GLOBAL];
  return flags.find(({ name, short }) => word === `--${name}` || (short !== undefined && word === `-${short}`));
}

/** The flag, when the next word is its value. */
function takesWord(flag: Flag | undefined): Flag | undefined {
  return flag?.value && !flag.optional ? flag : undefined;
}

function flagsFor(command: Leaf | Command | undefined, typed: string): Expected {
  const [name = '', value] = typed.split('=', 2);
  const flag = value === undefined ? undefined : flagNamed(command, name);
  if (value !== undefined) return flag ? { ...valuesOf(flag), before: `${name}=` } : NOTHING;
  const flags = [...ownFlags(command), ...GLOBAL].map((one) => ({ value: `--${one.name}`, about: one.about }));
  return { words: [...flags, { value: '--help', about: 'show this help' }], kinds: [] };
}

/** Arguments and option values that mean the same in every command. */
const KINDS: Record<string, readonly Completable[]> = {
  agent: ['agent'],
  AGENT: ['agent'],
  of: ['agent', 'thread'],
  id: ['message', 'approval', 'dead-letter'],
  model: ['model'],
  MODEL: ['model'],
  thread: ['thread'],
  'reply-to': ['message'],
  file: ['file'],
  FILE: ['file'],
  TASK: ['task'],
  workflow: ['workflow'],
  dir: ['folder'],
  DIR: ['folder'],
};

/** The kinds of things that an argument or the value of an option can be. */
export function kindsOf(of: Arg | Flag): readonly Completable[] {
  if ('of' in of && of.of) return of.of;
  return KINDS[of.name] ?? ('value' in of ? KINDS[of.value ?? ''] : undefined) ?? [];
}

function valuesOf(flag: Flag): Expected {
  const { choices = [] } = flag;
  return { words: choices.map((choice) => ({ value: choice, about: '' })), kinds: kindsOf(flag) };
}

function valuesOfArg(args: readonly Arg[], place: number): Expected {
  const arg = args[place] ?? args.find(({ many }) => many);
  if (!arg || (arg.many && arg.of === undefined)) return NOTHING;
  const { choices = [] } = arg;
  return { words: choices.map((choice) => ({ value: choice, about: '' })), kinds: kindsOf(arg) };
}
