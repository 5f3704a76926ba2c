/** Runs commands for the screen. */
import type { Leaf, RawInput } from '../../commands/command.ts';
import { leavesOf } from '../../commands/leaves.ts';
import type { World } from '../../commands/world.ts';
import { printFault } from '../../schema/fault.ts';
import { layout } from '../../views/text/layout.ts';
import type { House } from '../cli/cli.ts';
import { faultsOf } from '../cli/faults.ts';
import { readInput } from '../cli/input.ts';
import { safeMarked } from '../cli/terminal/safe.ts';
import { widthOf } from './terminal/fit.ts';

/** The output of a command, line by line, and whether it succeeded. */
export interface CommandResult {
  ok: boolean;
  lines: string[];
}

/** What a command is given by the screen. */
export interface Surroundings {
  world: World;
  house: Pick<House, 'catalogue' | 'load'>;
  /** Columns for its output. */
  width: number;
  /** Hears its remarks at once. */
  told(line: string): void;
  signal: AbortSignal;
}

/** Runs a command as the command line would. What was typed is checked as there. */
export async function act(around: Surroundings, name: string, given: Partial<RawInput>): Promise<CommandResult> {
  const { world, house, width, told, signal } = around;
  const said: string[] = [];
  const hear = (line: string): void => {
    said.push(line);
    told(line);
  };
  const own: World = { ...world, json: false, interactive: false, stays: true, say: hear, print: hear, signal };
  try {
    const { run } = await house.load(name);
    const { text, exit = 0 } = await run(own, inputFor(leafNamed(house, name), given));
    const lines = layout(safeMarked(text), { width, widthOf }).split('\n');
    return { ok: exit === 0, lines: [...(text === '' ? [] : lines), ...said] };
  } catch (error) {
    return { ok: false, lines: faultsOf(error).map(printFault) };
  }
}

function leafNamed({ catalogue }: Pick<House, 'catalogue'>, name: string): Leaf {
  const leaf = catalogue.commands.flatMap((command) => leavesOf(command)).find((one) => one.name === name);
  if (!leaf) throw new Error(`there is no command ${name}`);
  return leaf;
}

function inputFor(leaf: Leaf, { args = {}, rest = [], flags = {} }: Partial<RawInput>): RawInput {
  const values = leaf.args.map((arg) => (arg.many ? [...rest] : args[arg.name]));
  return readInput(leaf, values, ({ name }) => flags[name]);
}
