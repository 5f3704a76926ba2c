import * as z from 'zod';
import type { Code, DataOf, Definition, LeafDefinition, Outcome, RawInput, Run } from '../../src/commands/command.ts';
import { codeIn } from '../../src/commands/leaves.ts';
import type { World } from '../../src/commands/world.ts';
import type { Load } from '../../src/faces/cli/cli.ts';

/** Code whose data are held, as `--json` prints them, against the shape that the definition promises. */
export function checkedCode({ run, output }: Code, name: string): Code {
  return {
    output,
    run: async (world, input) => {
      const outcome = await run(world, input);
      const { error } = output(z).safeParse(JSON.parse(JSON.stringify(outcome.data)));
      if (error) throw new Error(`lemming ${name} gave other data than its definition promises: ${error.message}`);
      return outcome;
    },
  };
}

/** What loads commands, each checked so. */
export function checkedLoad(load: Load): Load {
  return async (name) => checkedCode(await load(name), name);
}

/** The `run` of a command, checked so. */
export function checked<L extends LeafDefinition & Definition, Data extends DataOf<L> & object>(file: {
  command: L;
  run: Run<L, Data>;
}): (world: World, input: RawInput) => Promise<Outcome<Data>> {
  return checkedCode(codeIn(file, file.command.name), file.command.name).run as ReturnType<typeof checked<L, Data>>;
}

/** That of a leaf of a family. */
export function checkedLeaf(file: { command: Definition; run: unknown }, name: string): Code['run'] {
  return checkedCode(codeIn(file, name), name).run;
}

/** Code that does nothing, whatever is called. */
export const idle: Load = async () => ({ run: async () => ({ data: {}, text: '' }), output: () => z.object({}) });
