/** The real world behind an engine: disk, clock, processes, network. */

import { ownerOf } from '../disk/owner/owner.ts';
import { pluginText } from '../disk/owner/plugin-text.ts';
import { realSandbox } from '../disk/sandbox/sandbox.ts';
import { realWire } from '../disk/sandbox/wire.ts';
import type { Ports } from '../engine/ports.ts';
import { realServers } from '../engine/servers/servers.ts';
import { provider } from '../providers/find.ts';
import { copyWith } from '../schema/copy.ts';
import { failure } from '../schema/fault.ts';
import { wantingFor } from './optional-packages.ts';
import type { OrgPlace } from './place.ts';
import { progressOf } from './place.ts';

/** The real world behind an engine. */
export function portsOf(place: OrgPlace): Ports & Pick<Required<Ports>, 'sandbox' | 'servers'> {
  const disk = place.machine.disk(place.root);
  const owner = ownerOf(place);
  const { requireTrust, moduleOf, approved } = owner;
  const door = { textOf: (path: string) => pluginText(disk, path), requireTrust, moduleOf };
  const find = async (name: string) => {
    const wanting = wantingFor(name);
    if (wanting !== null) throw failure('not-installed', wanting);
    return provider(name, door);
  };
  const { root, env, unsafeHost = false, verify = false } = place;
  const kept = place.machine.kept(root, env, disk);
  const sandbox = realSandbox(root, kept);
  const outside = { sandbox, servers: realServers({ root, env, owner, kept }, sandbox.probe), wire: realWire };
  const progress = progressOf(place);
  const ports = {
    disk,
    kept,
    verify,
    progress,
    clock: place.machine.clock,
    host: place.machine.host(root),
    env,
    owner,
    provider: find,
    approved,
  };
  return copyWith(ports, copyWith(outside, { unsafeHost }));
}
