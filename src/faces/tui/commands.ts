/** Runs commands for the screen. */
import type { InputOf, Leaf, RawInput } from '../../commands/command.ts';
import type { World } from '../../commands/world.ts';
import { printFault } from '../../schema/fault.ts';
import type { Load } from '../cli/cli.ts';
import { faultsOf } from '../cli/faults.ts';

/** The input of a command, as far as the screen gives any. Its type is checked where the command is named as `L`. */
export type GivenTo<L extends Leaf> = Leaf extends L ? Partial<RawInput> : Partial<InputOf<L>>;

/** The output of a command, line by line, and whether it succeeded. */
export interface CommandResult {
  ok: boolean;
  lines: string[];
}

/** Runs a command as the command line would; passes its remarks on at once. */
export async function act(
  { world, load }: { world: World; load: Load },
  name: string,
  given: Partial<RawInput>,
  heard: (line: string) => void,
  signal: AbortSignal,
): Promise<CommandResult> {
  const said: string[] = [];
  const hear = (line: string): void => {
    said.push(line);
    heard(line);
  };
  const own: World = { ...world, json: false, interactive: false, stays: true, say: hear, print: hear, signal };
  try {
    const { run } = await load(name);
    const { text, exit = 0 } = await run(own, { args: {}, rest: [], flags: {}, ...given });
    return { ok: exit === 0, lines: [...text.split('\n').filter(Boolean), ...said] };
  } catch (error) {
    return { ok: false, lines: faultsOf(error).map(printFault) };
  }
}
