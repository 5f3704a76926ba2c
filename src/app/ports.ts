/** The real world behind an engine: disk, clock, processes, network. */

import { pluginText } from '../disk/owner/plugin-text.ts';
import { realSandbox } from '../disk/sandbox/sandbox.ts';
import { realWire } from '../disk/sandbox/wire.ts';
import type { Ports } from '../engine/ports.ts';
import { realServers } from '../engine/servers/servers.ts';
import { provider } from '../providers/find.ts';
import { copyWith } from '../schema/copy.ts';
import { failure } from '../schema/fault.ts';
import { wantingFor } from './optional-packages.ts';
import { basePorts, type OrgPlace } from './place.ts';

/** The real world behind an engine. */
export function portsOf(place: OrgPlace): Ports & Pick<Required<Ports>, 'sandbox' | 'servers'> {
  const base = basePorts(place);
  const { disk, kept, owner } = base;
  const { requireTrust, moduleOf } = owner;
  const door = { textOf: (path: string) => pluginText(disk, path), requireTrust, moduleOf };
  const find = async (name: string) => {
    const wanting = wantingFor(name);
    if (wanting !== null) throw failure('not-installed', wanting);
    return provider(name, door);
  };
  const { root, env, unsafeHost = false } = place;
  const sandbox = realSandbox(root, kept);
  const outside = { sandbox, servers: realServers({ root, env, owner, kept }, sandbox.probe), wire: realWire };
  return copyWith(copyWith(base, { provider: find }), copyWith(outside, { unsafeHost }));
}
