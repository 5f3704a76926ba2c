/** The real world behind an engine, and what needs one: runs, and requests of people. */
import { stringify } from 'yaml';
import { asked } from '../core/asked.ts';
import { type Clock, realClock } from '../disk/clock.ts';
import type { Disk } from '../disk/disk.ts';
import { realHost } from '../disk/host.ts';
import { realKept } from '../disk/kept-key.ts';
import { ownerOf } from '../disk/owner.ts';
import { pluginText } from '../disk/plugin-text.ts';
import { realDisk } from '../disk/real.ts';
import { realSandbox } from '../disk/sandbox.ts';
import { realWire } from '../disk/wire.ts';
import { replaceNow } from '../disk/workspace.ts';
import { provider } from '../providers/find.ts';
import { copyWith } from '../schema/copy.ts';
import { FaultError, failure } from '../schema/fault.ts';
import type { Request } from '../schema/request.ts';
import { TOOLS } from '../tools/all.ts';
import { Engine } from './engine.ts';
import { showLoad } from './load-file.ts';
import { logger } from './log.ts';
import { type Place, progressOf, throughOf } from './open.ts';
import type { Ports } from './ports.ts';
import { redactJson, redactor } from './redact.ts';
import { realServers } from './servers.ts';
import { wantingFor } from './wanting.ts';

/** The real world behind an engine. */
export function realPorts(place: Place): Ports {
  const disk = realDisk(place.root);
  const { requireTrust, moduleOf, approved } = ownerOf(place.env, place.root);
  const door = { textOf: (path: string) => pluginText(disk, path), requireTrust, moduleOf };
  const find = async (name: string) => {
    const wanting = wantingFor(name);
    if (wanting !== null) throw failure('not-installed', wanting);
    return provider(name, door);
  };
  const { root, env, unsafeHost = false, verify = false } = place;
  const kept = realKept(root, env, disk);
  const sandbox = realSandbox(root, kept);
  const outside = { sandbox, servers: realServers({ root, env, kept }, sandbox.probe), wire: realWire };
  const progress = progressOf(place);
  const ports = { disk, kept, verify, progress, clock: realClock, host: realHost(root), env, provider: find, approved };
  return copyWith(ports, copyWith(outside, { unsafeHost }));
}

/** Opens the engine of an org, and closes it whatever happens. */
export async function withEngine<T>(
  place: Place,
  command: string,
  work: (engine: Engine, clock: Clock) => Promise<T>,
): Promise<T> {
  const ports = realPorts(place);
  let engine: Engine | undefined;
  const log = logger(ports.disk, ports.clock, () => engine?.knownConfig ?? null, place.env);
  engine = Engine.open(copyWith(ports, { log: log.log }), TOOLS, command);
  const running = engine;
  const stopShowing = showLoad(ports.kept, ports.clock, () => running.load());
  try {
    return await work(engine, ports.clock);
  } finally {
    stopShowing();
    await ports.servers?.close();
    log.flush();
    engine.close();
  }
}

/** A request without its author. */
export type Ask = Request extends infer R ? (R extends { by: string } ? Omit<R, 'by' | 'through'> : never) : never;

/**
 * Hands requests to the org: with no engine running they are journaled at once, else they wait as files for its next
 * freeze. Says which of the two happened. What waits already, from an engine that stopped meanwhile, is not overtaken.
 */
export function post(place: Place, person: string, asks: readonly Ask[]): 'journaled' | 'waits' {
  const ports = realPorts(place);
  const who = { by: person, ...throughOf(place) };
  const requests = redactJson(redactor(place.env), asks).map((ask) => copyWith(ask, who) as Request);
  if (!requestsWait(ports.disk, person) && journalNow(ports, requests)) return 'journaled';
  const since = ports.clock.now();
  for (const [i, request] of requests.entries()) {
    const name = `${since}-${String(i).padStart(4, '0')}-${ports.clock.token()}.yaml`;
    replaceNow(ports.disk, `agents/${person}/requests/${name}`, stringify(request));
  }
  return 'waits';
}

function requestsWait(disk: Disk, person: string): boolean {
  return (disk.list(`agents/${person}/requests`) ?? []).some((name) => name.endsWith('.yaml'));
}

/** False while an engine runs, or a turn that was cut off is to be finished first. */
function journalNow(ports: Ports, requests: readonly Request[]): boolean {
  try {
    const engine = Engine.open(ports, TOOLS, 'request');
    try {
      engine.post(requests.map((request) => asked(request, ports.clock.now())));
      return true;
    } finally {
      engine.close();
    }
  } catch (error) {
    if (!(error instanceof FaultError) || error.fault.code !== 'locked') throw error;
    return false;
  }
}
