/** Says where an organisation lies, and who acts in it. */

import { ownerOf } from '../disk/owner/owner.ts';
import type { Machine } from '../engine/machine.ts';
import type { Ports } from '../engine/ports.ts';

/** Where a command works, and for whom. */
export interface OrgPlace {
  machine: Machine;
  /** Absolute path of the org folder. */
  root: string;
  env: Record<string, string | undefined>;
  /** Programs of agents may run without a sandbox, if org.yaml says so as well. */
  unsafeHost?: boolean;
  /** Every byte of the journal is checked before an engine starts. */
  verify?: boolean;
  /** Who acts, when it is not the person at the keyboard. */
  seat?: Seat;
  /** Receives a line about anything that takes long. */
  say?(line: string): void;
}

/** The seat of a person, taken by somebody else, such as an assistant. */
export interface Seat {
  person: string;
  /** true: it sees only mail that it wrote or was sent. */
  ownMail: boolean;
}

/** Tells a person why a start takes long. */
export function progressOf(place: OrgPlace): (left: number) => void {
  return (left) => place.say?.(`Reading the journal: ${left} turns are left`);
}

/** Marks what somebody else does in the seat of a person. */
export function throughOf({ seat }: Pick<OrgPlace, 'seat'>): { through?: 'mcp' } {
  return seat ? { through: 'mcp' } : {};
}

/** What every engine touches, also one that makes no turn: no provider, program or server. */
export function basePorts(place: OrgPlace): Omit<Ports, 'provider'> {
  const { machine, root, env, verify = false } = place;
  const disk = machine.disk(root);
  const owner = ownerOf(place);
  return {
    disk,
    kept: machine.kept(root, env, disk),
    verify,
    progress: progressOf(place),
    clock: machine.clock,
    host: machine.host(root),
    env,
    owner,
    approved: owner.approved,
  };
}
