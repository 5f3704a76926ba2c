/**
 * `lemming/testing`: organisations for tests, without a network, a clock or a real folder.
 *
 * - `planFiles` and `buildOrg` make an organisation from a few lines: who writes to whom, and whatever else matters.
 * - `sketchOf` draws one at random, from the choices that `drawsOf` makes of a list of numbers.
 * - `MemoryDisk` is a folder in memory that can fail, run full, lose what was not synced, or stop the machine (`Crash`) at
 *   any operation; `afterCrash` is the folder that the next start finds.
 * - `FakeClock` moves only when somebody waits for it, or when it is told to.
 */
import { buildOrg, type OrgPlan, planFiles } from './testing/build-org.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { type ChartLists, type Draw, drawsOf, type Sketch, sketchOf } from './testing/generators.ts';
import {
  Crash,
  type DiskFate,
  type LookOperation,
  MemoryDisk,
  type OpenFile,
  type Operation,
} from './testing/memory-disk.ts';

export {
  buildOrg,
  type ChartLists,
  Crash,
  type DiskFate,
  type Draw,
  drawsOf,
  FakeClock,
  type LookOperation,
  MemoryDisk,
  type OpenFile,
  type Operation,
  type OrgPlan,
  planFiles,
  type Sketch,
  sketchOf,
};
