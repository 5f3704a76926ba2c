/** Reads a visit from the journal. */
import type { Clock } from '../../disk/fs/clock.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { type ShownVisit, VisitReader } from '../../views/journal/call.ts';

/** Milliseconds after which reading yields to other work. */
const SLICE_MS = 10;

/** Reads a visit from the journal, piece by piece; null if there was none, or if it is no longer wanted. */
export async function visitNamed(
  disk: Disk,
  turn: number,
  agent: string,
  clock: Clock,
  unwanted: () => boolean,
): Promise<ShownVisit | null> {
  const reader = new VisitReader(turn, agent);
  let since = clock.ticks();
  for (const entry of journalLines(disk)) {
    if (!reader.take(entry)) break;
    if (clock.ticks() - since < SLICE_MS) continue;
    await clock.sleep(0);
    if (unwanted()) return null;
    since = clock.ticks();
  }
  return reader.shown();
}
