/** The wrapper that lets only so many calls and tokens through at a time. */
import { Unasked } from '../../core/model/call.ts';
import type { Limit } from '../../schema/config/models.ts';
import { estimateUsage } from '../estimate.ts';
import type { CallModel, ModelRequest } from './line.ts';

/** The clock of a rate limiter, in milliseconds. */
export interface Time {
  ticks(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A service that asked for a pause (Retry-After). */
export interface Pause {
  /** Milliseconds until it takes calls again. */
  left(): number;
  /** Longest wait of a call; a longer pause fails it at once. */
  most: number;
  sleep: Time['sleep'];
}

/**
 * Lets calls through rate limiters, the first of the list outermost, then waits for the end of a pause that the service
 * asked for.
 */
export function limit<A extends ModelRequest>(
  line: CallModel<A>,
  gates: (asked: A) => readonly RateLimiter[],
  pause: Pause | null = null,
): CallModel<A> {
  return (asked, signal) => {
    const request = { tokens: tokensOf(asked), priority: asked.priority, signal };
    const through = gates(asked).reduceRight<() => Promise<Awaited<ReturnType<CallModel<A>>>>>(
      (next, gate) => () => gate.run(next, request),
      async () => {
        if (pause) await reopened(pause, signal);
        return line(asked, signal);
      },
    );
    return through();
  };
}

async function reopened({ left, most, sleep }: Pause, signal: AbortSignal): Promise<void> {
  for (let ms = left(); ms > 0; ms = left()) {
    if (ms > most)
      throw new Unasked('rate-limit', `the service asked for no call in the next ${Math.ceil(ms / 1000)} seconds`);
    await sleep(ms, signal);
  }
}

/** The tokens that services count against a minute: the estimated input and the whole output limit. */
function tokensOf({ prompt }: ModelRequest): number {
  return estimateUsage(prompt, 0).input + prompt.maxOutputTokens;
}

/** A request at a rate limiter. `signal` is that of the visit. */
export interface LimitRequest {
  tokens: number;
  priority: number;
  signal: AbortSignal;
}

/** A waiting request. */
interface Waiter extends LimitRequest {
  enter(): void;
}

/**
 * Lets only so many calls through at a time, and so many calls and tokens in any second or minute. Calls with a greater
 * priority go first. When too many wait, or one has waited too long, it fails as `rate-limit` and nobody was asked.
 */
export class RateLimiter {
  private readonly name: string;
  private readonly settings: Limit;
  private readonly time: Time;
  private readonly requests: Window[];
  private readonly tokens: Window | null;
  /** By priority, then by arrival. */
  private readonly waiters: Waiter[] = [];
  private running = 0;
  /** A timer waits until a window has room. */
  private watched = false;

  constructor(name: string, settings: Limit, time: Time) {
    const { requests_per_second, requests_per_minute, tokens_per_minute } = settings;
    this.name = name;
    this.settings = settings;
    this.time = time;
    this.requests = [
      ...(requests_per_second === undefined ? [] : [new Window(requests_per_second, 1000)]),
      ...(requests_per_minute === undefined ? [] : [new Window(requests_per_minute, 60_000)]),
    ];
    this.tokens = tokens_per_minute === undefined ? null : new Window(tokens_per_minute, 60_000);
  }

  /** Calls under way and calls that wait. */
  get load(): { running: number; waiting: number } {
    return { running: this.running, waiting: this.waiters.length };
  }

  async run<T>(work: () => Promise<T>, request: LimitRequest): Promise<T> {
    request.signal.throwIfAborted();
    if (this.waiters.length > 0 || !this.enter(request.tokens)) await this.wait(request);
    try {
      request.signal.throwIfAborted();
      return await work();
    } finally {
      this.running--;
      this.admit();
    }
  }

  /** Waits until the request is let in. */
  private async wait(request: LimitRequest): Promise<void> {
    const { queue, wait_ms } = this.settings;
    if (this.waiters.length >= queue) throw this.overflow(`${queue} calls are already waiting`);
    const entered = new AbortController();
    const end = AbortSignal.any([request.signal, entered.signal]);
    const late = this.time.sleep(wait_ms, end).then(() => {
      throw this.overflow(`no free place within ${wait_ms} ms`);
    });
    const waiter = { ...request, enter: () => entered.abort() };
    this.line(waiter);
    try {
      await late;
    } catch (error) {
      if (entered.signal.aborted) return;
      this.waiters.splice(this.waiters.indexOf(waiter), 1);
      throw request.signal.aborted ? request.signal.reason : error;
    }
  }

  private line(waiter: Waiter): void {
    const behind = this.waiters.findIndex(({ priority }) => priority < waiter.priority);
    this.waiters.splice(behind < 0 ? this.waiters.length : behind, 0, waiter);
    this.admit();
  }

  /** Lets in as many requests as fit; while a window is full, it looks again when the window has room. */
  private admit(): void {
    for (let next = this.waiters[0]; next && this.enter(next.tokens); next = this.waiters[0]) {
      this.waiters.shift();
      next.enter();
    }
    const first = this.waiters[0];
    const ms = first && this.hasPlace() ? this.waitFor(first.tokens) : 0;
    if (ms > 0 && !this.watched) this.watch(ms);
  }

  private watch(ms: number): void {
    this.watched = true;
    this.time.sleep(ms).then(() => {
      this.watched = false;
      this.admit();
    });
  }

  /** Takes a place, and its share of each window, if all of them have room. */
  private enter(tokens: number): boolean {
    if (!this.hasPlace() || this.waitFor(tokens) > 0) return false;
    const now = this.time.ticks();
    for (const window of this.requests) window.take(1, now);
    this.tokens?.take(tokens, now);
    this.running++;
    return true;
  }

  private hasPlace(): boolean {
    return this.running < (this.settings.concurrency ?? Infinity);
  }

  /** Milliseconds until every window has room. */
  private waitFor(tokens: number): number {
    const now = this.time.ticks();
    let ms = this.tokens?.waitFor(tokens, now) ?? 0;
    for (const window of this.requests) ms = Math.max(ms, window.waitFor(1, now));
    return ms;
  }

  private overflow(why: string): Unasked {
    return new Unasked('rate-limit', `the limit of ${this.name} in org/models.yaml: ${why}`);
  }
}

/** A sliding window: limits the amount taken in any span of `ms` milliseconds. */
class Window {
  private readonly most: number;
  private readonly ms: number;
  private taken: { at: number; amount: number }[] = [];
  /** Index of the first entry that still counts. */
  private first = 0;
  private sum = 0;

  constructor(most: number, ms: number) {
    this.most = most;
    this.ms = ms;
  }

  /** Milliseconds until so much more fits; an amount larger than the window fits when the window is empty. */
  waitFor(amount: number, now: number): number {
    this.forget(now);
    let over = this.sum + Math.min(amount, this.most) - this.most;
    for (let i = this.first; over > 0; i++) {
      const { at, amount: freed } = this.taken[i] as { at: number; amount: number };
      over -= freed;
      if (over <= 0) return at + this.ms - now;
    }
    return 0;
  }

  take(amount: number, now: number): void {
    const counted = Math.min(amount, this.most);
    this.taken.push({ at: now, amount: counted });
    this.sum += counted;
  }

  private forget(now: number): void {
    for (let oldest = this.taken[this.first]; oldest && oldest.at + this.ms <= now; oldest = this.taken[this.first]) {
      this.sum -= oldest.amount;
      this.first++;
    }
    if (this.first > 1000) {
      this.taken = this.taken.slice(this.first);
      this.first = 0;
    }
  }
}
