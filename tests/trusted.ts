import { checkFolder } from '../src/app/read-org.ts';
import { ownerOf } from '../src/disk/owner/owner.ts';
import { realMachine } from '../src/engine/machine.ts';
import { keysOf } from '../src/engine/search/keys.ts';
import { homeOf } from './home.ts';

/** The environment of an owner who lets the keys of the organisation go where its models are: services on this machine. */
export function trustingEnv(root: string, env: Record<string, string>): Record<string, string> {
  const owned = { LEMMING_HOME: homeOf(root), ...env };
  const owner = ownerOf({ machine: realMachine, env: owned, root });
  const { config } = checkFolder({ machine: realMachine, root, env: owned });
  for (const { what } of config ? keysOf(config, owner) : []) owner.approve(what);
  return owned;
}
