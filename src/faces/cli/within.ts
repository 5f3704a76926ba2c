/** Runs command lines within a command, such as in a chat session, in its world. */
import type { Command, Leaf, Outcome, RawInput } from '../../commands/command.ts';
import { isFamily } from '../../commands/leaves.ts';
import type { LinesWithin, World } from '../../commands/world.ts';
import { FaultError, failure } from '../../schema/fault.ts';
import type { House } from './cli.ts';
import { candidates } from './complete.ts';
import { buildProgram, type Catalogue } from './program.ts';

/** The command lines that a command lets the person type. Those of the owner alone, which set up or take the terminal, are left out. */
export function linesWithin(world: World, { catalogue, load }: House): LinesWithin {
  const open = openIn(catalogue);
  const { screen: _, serve: __, edit: ___, ...rest } = world;
  const within: World = { ...rest, json: false, interactive: false };
  return {
    names: open.commands.map(({ name }) => name),
    complete: (words) =>
      candidates(open, { cwd: world.root, env: {} }, words)
        .map(({ value }) => value)
        .filter((value) => !value.startsWith(':')),
    async run(words) {
      let outcome: Outcome = { data: {}, text: '' };
      const act = async (leaf: Leaf, input: RawInput): Promise<void> => {
        if (program.opts().org !== undefined)
          throw failure('usage', '--org names another organisation than this one.', { remedy: 'Leave it out.' });
        outcome = await (await load(leaf.name)).run(within, input);
      };
      const program = buildProgram(open, words, (text) => world.say(text.trimEnd()), act);
      try {
        await program.parseAsync([...words], { from: 'user' });
      } catch (error) {
        if (error instanceof FaultError || (error as { exitCode?: number }).exitCode !== 0) throw error;
      }
      return outcome;
    },
  };
}

function openIn({ version, commands }: Catalogue): Catalogue {
  const isOpen = ({ right }: Leaf): boolean => right !== 'owner';
  const open = commands.flatMap((command): Command[] => {
    if (!isFamily(command)) return isOpen(command) ? [command] : [];
    const below = command.commands.filter(isOpen);
    return below.some(({ name }) => name === command.bare) ? [{ ...command, commands: below }] : [];
  });
  return { version, commands: open };
}
