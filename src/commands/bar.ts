/** Shows a progress bar for long work. */
import type { Progress } from '../core/model/progress.ts';
import { printBar } from '../views/text/bar.ts';
import type { World } from './world.ts';

/** Work that is done sooner needs no bar: milliseconds. */
const SOON_MS = 500;

/** Shows at a terminal how far work is that begins now, and when it may be done. `unit`: what is counted; '' for a share. */
export function barFor(world: World, unit: string): Progress {
  const began = world.machine.clock.ticks();
  return (done, total) => {
    const ms = world.machine.clock.ticks() - began;
    if (ms >= SOON_MS) world.sketch(printBar(done, total, ms, unit));
  };
}
