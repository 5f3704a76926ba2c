import type { Clock } from '../disk/clock.ts';

/** A clock that only moves when somebody waits for it. Starts at a fixed time. */
export class FakeClock implements Clock {
  private time: number;
  private tokens = 0;
  constructor(start = 1_700_000_000_000) {
    this.time = start;
  }
  now(): number {
    return this.time;
  }
  ticks(): number {
    return this.time;
  }
  advance(ms: number): void {
    this.time += ms;
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.time += ms;
    await Promise.resolve();
  }
  token(): string {
    return `token-${++this.tokens}`;
  }
}
