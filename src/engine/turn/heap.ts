/** Keeps the heap of a run small. */
import v8 from 'node:v8';

/** How much the heap may grow between two collections, in percent of the live objects. */
const GROWTH = 30;

/**
 * Makes V8 collect garbage while the heap of this process is small. What a turn holds until its commit leaves the young
 * generation and dies at once; where the machine has memory to spare, V8 lets that grow to hundreds of megabytes. A forced
 * collection between turns does not help: all objects of a turn are dead then, so their hidden classes are collected with them,
 * and all code compiled for these. Compiling it again took a quarter of a run.
 */
export function keepHeapSmall(): void {
  v8.setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
