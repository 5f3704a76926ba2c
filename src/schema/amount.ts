/** Converts between credits and micro-credits. */

/** Money is counted in micro-credits, which are whole numbers. It enters and leaves the program in credits. */
const MICRO = 1_000_000;

export function inCredits(micro: number): number {
  return micro / MICRO;
}

export function inMicro(credits: number): number {
  return Math.round(credits * MICRO);
}

/** Rounded up to a whole micro-credit; what a sum of fractions is off by does not count. */
export function inMicroAtLeast(credits: number): number {
  return Math.ceil(Number((credits * MICRO).toPrecision(15)));
}
