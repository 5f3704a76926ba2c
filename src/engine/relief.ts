import v8 from 'node:v8';
import vm from 'node:vm';

/** Garbage that may pile up before it is collected: bytes. */
const GARBAGE = 8_000_000;

/**
 * Returns a function to call between turns, which collects garbage when much has piled up. Turns make a lot that dies
 * together, and V8 lets it grow to hundreds of megabytes where the machine has memory to spare.
 */
export function relief(): () => void {
  let live = process.memoryUsage().heapUsed;
  let collect: (() => void) | null = null;
  return () => {
    if (process.memoryUsage().heapUsed < live + GARBAGE) return;
    collect ??= collector();
    collect();
    live = process.memoryUsage().heapUsed;
  };
}

/** V8's own collector; the flag may be set at any time, the function appears in contexts made after it. */
function collector(): () => void {
  v8.setFlagsFromString('--expose-gc');
  return vm.runInNewContext('gc') as () => void;
}
