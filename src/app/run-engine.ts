/** Opens an engine for a piece of work. */
import type { Clock } from '../disk/fs/clock.ts';
import { showLoad } from '../engine/calls/load-cache.ts';
import { logger } from '../engine/log/log.ts';
import { Engine } from '../engine/turn/engine.ts';
import { copyWith } from '../schema/copy.ts';
import { TOOLS } from '../tools/all.ts';
import type { OrgPlace } from './place.ts';
import { portsOf } from './ports.ts';

/** Opens the engine of an org, and closes it whatever happens. */
export async function withEngine<T>(
  place: OrgPlace,
  command: string,
  work: (engine: Engine, clock: Clock) => Promise<T>,
): Promise<T> {
  const ports = portsOf(place);
  let engine: Engine | undefined;
  const log = logger(ports.disk, ports.clock, () => engine?.knownConfig ?? null, ports.owner.mask);
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
