/** A clock for tests that moves only when somebody waits. */
import type { Clock } from '../disk/fs/clock.ts';

/**
 * A clock that only moves when somebody waits for it, at once and by just so much, or when a test advances it. Starts at a
 * fixed time; its tokens count up, so that a test sees the same in every run.
 */
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
  /** Time goes by. */
  advance(ms: number): void {
    this.time += ms;
  }
  /** Takes no real time. Rejects when the signal was aborted before. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.time += ms;
    await Promise.resolve();
  }
  /** Time goes by when nothing else is left to be done at once. */
  timer(ms: number, late: () => void): () => void {
    const immediate = setImmediate(() => {
      this.time += ms;
      late();
    });
    return () => clearImmediate(immediate);
  }
  /** Always the middle. */
  random(): number {
    return 0.5;
  }
  token(): string {
    return `token-${++this.tokens}`;
  }
}
