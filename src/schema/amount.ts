/** Converts between credits and micro-credits. */

/** Money is counted in micro-credits, which are whole numbers. It enters and leaves the program in credits. */
const MICRO = 1_000_000;

export function inCredits(micro: number): number {
  return micro / MICRO;
}

export function inMicro(credits: number): number {
  return Math.round(credits * MICRO);
}

/** Converts credits to micro-credits, rounded up; ignores the error of a sum of fractions. */
export function inMicroAtLeast(credits: number): number {
  return Math.ceil(Number((credits * MICRO).toPrecision(15)));
}
