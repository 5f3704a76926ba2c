/** The only source of time and chance. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

/** A modification time so near to now may stand for a second change, too, on file systems whose clock has a coarse grain: milliseconds. */
export const GRAIN_MS = 50;

/** The only source of time and chance. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds from some fixed point, never going back. */
  ticks(): number;
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after so many milliseconds, unless what it returns is called before. */
  timer(ms: number, late: () => void): () => void;
  /** A number from 0 up to 1. */
  random(): number;
  /** A short text that nobody can guess. */
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

/** Aborted after so many milliseconds. */
export function deadline(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}
