/**
 * Keeps one in so many of the cases that it is given, whatever list they are on. When that number has no factor in common with
 * the number of ways of a case, which alternate on the lists, then each way comes.
 */
export class Sieve {
  private readonly oneIn: number;
  private seen = 0;

  constructor(oneIn: number) {
    this.oneIn = oneIn;
  }

  *of<T>(cases: Iterable<T>): Generator<T> {
    for (const one of cases) if (this.seen++ % this.oneIn === 0) yield one;
  }
}
