/** Reads a visit from the journal. */
import type { Clock } from '../../disk/fs/clock.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { type ShownVisit, VisitReader } from '../../views/journal/call.ts';

/** Reading yields to other work after so many milliseconds. */
const SLICE_MS = 10;

/** Reads a visit from the journal, piece by piece; null when there was none, or nobody wants it any more. */
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
