/** Runs one command line from its words to its exit code. */
import type { Code, Leaf, Outcome, RawInput } from '../../commands/command.ts';
import { failure, printFault } from '../../schema/fault.ts';
import { exitOf, faultsOf } from './faults.ts';
import { findOrg } from './find-org.ts';
import { HOW_TO_START } from './help.ts';
import { buildProgram, type Catalogue } from './program.ts';
import { safeJson, safeLine, safeText } from './terminal/safe.ts';
import type { OutputScreen } from './terminal/screen.ts';
import type { ProcessIo } from './world.ts';

/** The options of every command. */
interface Globals {
  org?: string;
  json?: boolean;
  plain?: boolean;
  debug?: boolean;
}

/** Loads the code of a leaf by its words; called only for the one that runs, and where shapes are needed. */
export type Load = (name: string) => Promise<Code>;

/** Everything that a command line works with. */
export interface House {
  catalogue: Catalogue;
  load: Load;
  terminal: ProcessIo;
}

/** The hidden command that shell completion calls; no help lists it. */
const COMPLETE = '__complete';

/** One command line of `lemming`; resolves to the exit code and never rejects. */
export async function runCli(catalogue: Catalogue, load: Load, terminal: ProcessIo, argv: string[]): Promise<number> {
  if (argv[0] === COMPLETE) return (await import('./complete.ts')).tellCandidates(catalogue, terminal, argv.slice(1));
  let exit = 0;
  const program = buildProgram(catalogue, argv, terminal.out, async (leaf, input) => {
    exit = await perform(leaf, input, { catalogue, load, terminal }, program.opts());
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    if (!isBare(error)) return tell(error, terminal, program.opts());
    const instead = lineInstead(argv, program.args, terminal, program.opts());
    if (instead) return runCli(catalogue, load, terminal, instead);
    terminal.out(HOW_TO_START);
    return 0;
  }
}

/** Runs a parsed command line: finds its org, loads its file, returns its outcome. */
async function perform(leaf: Leaf, input: RawInput, house: House, options: Globals): Promise<number> {
  const { load, terminal } = house;
  const root = orgOf(terminal, options);
  if (root === null && leaf.needsOrg !== false) throw noOrg(terminal, options);
  const [{ run }, { makeScreen, makeWorld }] = await Promise.all([load(leaf.name), import('./world.ts')]);
  const screen = makeScreen(terminal, options);
  try {
    const outcome = await run(makeWorld(house, screen, root ?? '', options), input);
    screen.sketch(null);
    await show(outcome, terminal, screen, options);
    return terminal.signal.aborted ? 130 : (outcome.exit ?? 0);
  } finally {
    screen.sketch(null);
  }
}

async function show(outcome: Outcome, terminal: ProcessIo, screen: OutputScreen, { json }: Globals): Promise<void> {
  if (json) return terminal.out(jsonOf(outcome.data));
  const { text } = outcome;
  if (text !== '') await screen.show(text);
}

/**
 * Prints errors: a line each for people, one object for scripts. Help and version arrive here as well, with exit code 0.
 */
function tell(error: unknown, terminal: ProcessIo, options: Globals): number {
  if ((error as { exitCode?: number }).exitCode === 0) return 0;
  const faults = faultsOf(error);
  for (const fault of faults) terminal.err(`${safeLine(printFault(fault))}\n`);
  if (options.debug && error instanceof Error) terminal.err(`${safeText(error.stack ?? '')}\n`);
  if (options.json) terminal.out(jsonOf({ ok: false, faults }));
  return terminal.signal.aborted ? 130 : exitOf(faults);
}

/** True when no verb was given; commander would print its help then. */
function isBare(error: unknown): boolean {
  const { code, exitCode } = error as { code?: string; exitCode?: number };
  return code === 'commander.help' && exitCode !== 0;
}

/**
 * The line to run instead of an empty one: `status` in an organisation, null elsewhere; for `help VERB` with an unknown
 * verb that verb, so that it is refused.
 */
function lineInstead(argv: string[], args: string[], terminal: ProcessIo, options: Globals): string[] | null {
  if (args[0] === 'help') return args.slice(1);
  const wanted = options.json || options.org !== undefined || orgOf(terminal, options) !== null;
  return wanted ? ['status', ...argv] : null;
}

function orgOf(terminal: ProcessIo, options: Globals): string | null {
  return findOrg(terminal.cwd, options.org ?? givenByEnv(terminal));
}

function givenByEnv(terminal: ProcessIo): string | undefined {
  return terminal.env.LEMMING_ORG || undefined;
}

function noOrg(terminal: ProcessIo, options: Globals): Error {
  const place = options.org ?? givenByEnv(terminal) ?? `${terminal.cwd} or a folder above it`;
  return failure('no-org', `There is no org/org.yaml in ${place}.`);
}

function jsonOf(value: object): string {
  return `${safeJson(JSON.stringify(value, null, 2))}\n`;
}
