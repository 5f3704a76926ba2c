/** The texts of the help. */
import type { Arg, Command, Flag, HelpGroup, Leaf } from '../../commands/command.ts';
import { argTerm, isFamily } from '../../commands/leaves.ts';

/** The groups of the top help, in order, with their headings. */
export const GROUPS: Record<HelpGroup, string> = {
  start: 'Start an organisation',
  run: 'Run it',
  people: 'Talk with it',
  look: 'Look into it',
  money: 'Pay for it',
  work: 'Work',
  parts: 'Agents, skills and tools',
  time: 'Replay and erase',
  keep: 'Back up and move',
  serve: 'Connect other programs',
};

/** Options of every command, before or after its name. */
export const GLOBAL: Flag[] = [
  {
    name: 'org',
    value: 'DIR',
    about: 'the folder of the organisation (default: LEMMING_ORG, or the nearest folder upwards that is one)',
  },
  { name: 'json', about: 'print the result as a JSON object' },
  { name: 'plain', about: 'print plain text, as when the output is not a terminal' },
  { name: 'debug', about: 'print the stack trace of an error' },
];

/** The message where there is no organisation. */
export const HOW_TO_START = `There is no organisation here. To create one and let it work:

  lemming bootstrap my-org     creates it in the folder my-org
  cd my-org
  lemming run --turns 3        makes three turns
  lemming status               shows what happened

For all commands: lemming --help
`;

/** Commands in the order of the help: by group, then by name. */
export function inHelpOrder(commands: readonly Command[]): Command[] {
  const groups = Object.keys(GROUPS);
  const place = (command: Command) => groups.indexOf(command.group);
  return commands.toSorted((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1));
}

/** The usage line: `lemming send AGENT TEXT [options]`. */
export function usageOf(command: Leaf | Command): string {
  return `lemming ${command.name} ${tailOf(command)}`.trimEnd();
}

/** The part of the usage line after the name. */
export function tailOf(command: Leaf | Command): string {
  if (isFamily(command)) return '[COMMAND] [options]';
  return [...command.args.map(argTerm), ...(command.flags.length > 0 ? ['[options]'] : [])].join(' ');
}

/** The description of an argument. */
export function argAbout({ about, stdin }: Arg): string {
  return stdin ? `${about}, or - for standard input` : about;
}

/** An option with its letter and placeholder: `-n, --turns <N>`. */
export function flagTerm(flag: Flag): string {
  return `${flag.short ? `-${flag.short}, ` : ''}--${flag.name}${valueTerm(flag)}`;
}

function valueTerm({ value, optional }: Flag): string {
  if (!value) return '';
  return optional ? ` [${value}]` : ` <${value}>`;
}

/** The description of an option, with the values it takes. */
export function flagAbout(flag: Flag): string {
  const least = flag.kind === 'whole' && flag.least ? `from ${flag.least}` : '';
  const amount = flag.kind === 'amount' ? 'credits' : '';
  const limits = [flag.choices?.join(' | '), least, amount].filter(Boolean).join(', ');
  return limits ? `${flag.about} (${limits})` : flag.about;
}

/** The examples below the help of a command. */
export function examplesOf({ examples }: Leaf): string {
  const lines = examples.map(({ line, does }) => `  ${line}\n      ${does}`);
  return ['', 'Examples:', ...lines].join('\n');
}
