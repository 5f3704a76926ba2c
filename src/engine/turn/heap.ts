/** Keeps the heap of a run small. */
import v8 from 'node:v8';

/** How much the heap may grow from one collection to the next: percent of what was alive. */
const GROWTH = 30;

/**
 * Has V8 collect garbage while the heap of this process is small. What a turn holds until its commit leaves the young generation
 * and dies at once, and V8 lets that grow to hundreds of megabytes where the machine has memory to spare. To collect by force
 * between two turns is no way out: the objects of a turn are all dead then, their hidden classes go with them, and with those
 * all code that was compiled for them. To compile it again took a quarter of a run.
 */
export function keepHeapSmall(): void {
  v8.setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
