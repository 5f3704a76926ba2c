/** A ring of many agents at work in the folder argv[2]: argv[3] agents, argv[4] messages a second, until it is ended. */
import { performance } from 'node:perf_hooks';
import { realClock } from '../src/disk/clock.ts';
import { realHost } from '../src/disk/host.ts';
import { realKept } from '../src/disk/kept-key.ts';
import { realDisk } from '../src/disk/real.ts';
import { Engine } from '../src/engine/engine.ts';
import { relief } from '../src/engine/relief.ts';
import { TOOLS } from '../src/tools/all.ts';
import { ringProvider } from './ring.ts';

const [, , root = '', agents = '', rate = ''] = process.argv;
const ports = {
  disk: realDisk(root),
  kept: realKept(root, { LEMMING_HOME: `${root}.home` }),
  clock: realClock,
  host: realHost(root),
  env: {},
  provider: async () => ringProvider(Number(agents)),
};
const engine = Engine.open(ports, TOOLS, 'bench');
const relieve = relief();
process.on('SIGTERM', () => {
  engine.close();
  process.exit(0);
});
console.log('ready');
for (let due = performance.now(); ; ) {
  const { visits } = await engine.turn();
  relieve();
  due += (visits.length / Number(rate)) * 1000;
  await realClock.sleep(Math.max(1, due - performance.now()));
}
