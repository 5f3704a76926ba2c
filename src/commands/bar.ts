/** Shows a progress bar for long work. */
import type { Progress } from '../core/model/progress.ts';
import { printBar } from '../views/text/bar.ts';
import type { World } from './world.ts';

/** Milliseconds before a bar appears: shorter work needs none. */
const SOON_MS = 500;

/**
 * Shows at a terminal how far the work that starts now has come, and when it may be done. `unit`: what is counted; '' for a
 * share.
 */
export function barFor(world: World, unit: string): Progress {
  const began = world.machine.clock.ticks();
  return (done, total) => {
    const ms = world.machine.clock.ticks() - began;
    if (ms >= SOON_MS) world.sketch(printBar(done, total, ms, unit));
  };
}
