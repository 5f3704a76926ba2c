/** Asks for confirmation before a command does something that is hard to undo. */
import { failure } from '../schema/fault.ts';
import type { Flag } from './command.ts';
import type { World } from './world.ts';

/** The option of commands that need a confirmation. */
export const YES = { name: 'yes', short: 'y', about: 'do it without asking' } as const satisfies Flag;

/** The input of such a command. */
export interface Confirmed {
  flags: { yes?: true | undefined };
}

/**
 * Asks the person at the terminal, unless `--yes` was given. Throws `usage` if nobody can be asked, or if the answer is not
 * yes.
 */
export async function confirm(world: World, { flags }: Confirmed, what: string): Promise<void> {
  if (flags.yes) return;
  if (!world.interactive) throw failure('usage', what, { remedy: 'To confirm, add --yes.' });
  world.say(`${what} Type yes to continue:`);
  for await (const line of world.lines()) {
    if (/^(y|yes)$/i.test(line.trim())) return;
    break;
  }
  throw failure('usage', 'You did not confirm, so nothing was done', { remedy: 'To confirm, type yes or add --yes.' });
}
