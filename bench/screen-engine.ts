/** A ring of many agents at work in the folder argv[2], at argv[3] messages a second, until it is ended. */

import { performance } from 'node:perf_hooks';
import { withEngine } from '../src/app/run-engine.ts';
import { realMachine } from '../src/engine/machine.ts';
import { keepHeapSmall } from '../src/engine/turn/heap.ts';

const [, , root = '', rate = ''] = process.argv;
await withEngine(
  { machine: realMachine, root, env: { LEMMING_HOME: `${root}.home` } },
  'bench',
  async (engine, clock) => {
    keepHeapSmall();
    process.on('SIGTERM', () => {
      engine.close();
      process.exit(0);
    });
    console.log('ready');
    for (let due = performance.now(); ; ) {
      const { visits } = await engine.turn();
      due += (visits.length / Number(rate)) * 1000;
      await clock.sleep(Math.max(1, due - performance.now()));
    }
  },
);
