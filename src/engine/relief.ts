import v8 from 'node:v8';
import vm from 'node:vm';

/** Garbage that may pile up outside of the young generation before it is collected: bytes. */
const GARBAGE = 12_000_000;

/**
 * Returns a function to call between turns, which collects garbage when much has piled up. What a turn holds until its commit
 * leaves the young generation and dies at once, and V8 lets that grow to hundreds of megabytes where the machine has memory to
 * spare. The young generation itself is V8's own affair: it holds up to 16 MB of dead objects that cost nothing.
 */
export function relief(): () => void {
  let live = oldBytes();
  let collect: (() => void) | null = null;
  return () => {
    if (oldBytes() < live + GARBAGE) return;
    collect ??= collector();
    collect();
    live = oldBytes();
  };
}

function oldBytes(): number {
  let bytes = 0;
  for (const { space_name, space_used_size } of v8.getHeapSpaceStatistics())
    if (!space_name.startsWith('new_')) bytes += space_used_size;
  return bytes;
}

/** V8's own collector; the flag may be set at any time, the function appears in contexts made after it. */
function collector(): () => void {
  v8.setFlagsFromString('--expose-gc');
  return vm.runInNewContext('gc') as () => void;
}
