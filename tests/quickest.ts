/** Times that a work is done at most until one is quick enough. */
const TRIES = 20;

/**
 * Milliseconds of the quickest time that a work was done, which `work` measures itself. It is done again while it takes longer
 * than the bound: a machine that has much else to do is slow now and then, a work that is slow is slow each time.
 */
export async function quickest(bound: number, work: () => number | Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < TRIES && least >= bound; tried++) least = Math.min(least, await work());
  return least;
}

/** Milliseconds that something takes. */
export function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
