/** Chooses the commands that an assistant may call. */
import type { Command, Leaf, Needed, Right } from '../../commands/command.ts';
import { leavesOf } from '../../commands/leaves.ts';

/** The commands that an assistant with these rights may call, without the options that need others. */
export function offeredTo(rights: ReadonlySet<Right>, commands: readonly Command[]): Leaf[] {
  const has = (needed: Needed): boolean =>
    [needed].flat().some((one) => one === 'seat' || (one !== 'owner' && rights.has(one)));
  return commands
    .flatMap((command) => leavesOf(command))
    .filter(({ right }) => has(right))
    .map((leaf) => ({ ...leaf, flags: leaf.flags.filter(({ right = 'seat' }) => has(right)) }));
}
