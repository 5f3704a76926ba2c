/** The only source of time and chance. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * On file systems with a coarse clock, a second change shortly after the first leaves the modification time as it is. A time
 * this recent, in milliseconds, therefore does not prove that a file is unchanged.
 */
export const GRAIN_MS = 50;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds from an arbitrary fixed point; never goes back. */
  ticks(): number;
  /** Waits. Rejects with the signal's reason if aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after that many milliseconds. The returned function cancels the timer. */
  timer(ms: number, late: () => void): () => void;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
  /** A short text that cannot be guessed. */
  token(): string;
}

export const realClock: Clock = {
  now: () => Date.now(),
  ticks: () => performance.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, signal ? { signal } : {});
  },
  timer: (ms, late) => {
    const timeout = setTimeout(late, ms);
    return () => clearTimeout(timeout);
  },
  random: () => Math.random(),
  token: () => randomBytes(9).toString('hex'),
};

/** A signal that aborts after that many milliseconds. */
export function deadline(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}
