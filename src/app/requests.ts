/** Posts requests of people: journaled at once, or left for the next freeze of a running engine. */
import { stringify } from 'yaml';
import { asked } from '../core/journal/asked.ts';
import type { Disk } from '../disk/fs/disk.ts';
import { replaceNow } from '../disk/fs/workspace.ts';
import { ownerOf } from '../disk/owner/owner.ts';
import type { Ports } from '../engine/ports.ts';
import { maskJson } from '../engine/secrets.ts';
import { Engine } from '../engine/turn/engine.ts';
import { copyWith } from '../schema/copy.ts';
import { FaultError } from '../schema/fault.ts';
import type { Request } from '../schema/records/request.ts';
import { basePorts, type OrgPlace, throughOf } from './place.ts';

/** A request without its author. */
export type Ask = Request extends infer R ? (R extends { by: string } ? Omit<R, 'by' | 'through'> : never) : never;

/**
 * Posts requests: without a running engine they are journaled at once, otherwise they wait as files for its next freeze.
 * Returns which of the two happened. Requests that already wait, from an engine that stopped meanwhile, are not overtaken.
 */
export function post(place: OrgPlace, person: string, asks: readonly Ask[]): 'journaled' | 'waits' {
  const ports = copyWith(basePorts(place), { provider: noProvider });
  const who = { by: person, ...throughOf(place) };
  const requests = maskJson(ownerOf(place).redact, asks).map((ask) => copyWith(ask, who) as Request);
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

/** Journals requests at once; false while an engine runs, or a turn that was cut off must be finished first. */
function journalNow(ports: Ports, requests: readonly Request[]): boolean {
  try {
    const engine = Engine.open(ports, new Map(), 'request');
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

/** No turn is made, so no model is called. */
async function noProvider(): Promise<never> {
  throw new Error('an engine that only takes requests calls no model');
}
