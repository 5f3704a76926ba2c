import PQueue from 'p-queue';
import { Unasked } from '../../core/call.ts';
import type { Limit } from '../../schema/models.ts';
import { estimateUsage } from '../estimate.ts';
import type { Asked, Line } from './line.ts';

/** Time as a gate needs it: milliseconds. */
export interface Time {
  ticks(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Lets calls through gates, the first of the list outermost. */
export function limit<A extends Asked>(line: Line<A>, gates: (asked: A) => readonly Gate[]): Line<A> {
  return (asked, signal) => {
    const wish = { tokens: tokensOf(asked), priority: asked.priority, signal };
    const through = gates(asked).reduceRight<() => Promise<Awaited<ReturnType<Line<A>>>>>(
      (next, gate) => () => gate.run(next, wish),
      () => line(asked, signal),
    );
    return through();
  };
}

/** What services count against a minute: the estimated input and all the output that was allowed. */
function tokensOf({ prompt }: Asked): number {
  return estimateUsage(prompt, 0).input + prompt.maxOutputTokens;
}

/** What a call wants at a gate. `signal` is that of the visit. */
export interface Wish {
  tokens: number;
  priority: number;
  signal: AbortSignal;
}

/**
 * Where calls wait for what one limit allows: so many at a time, and so many calls and tokens in any second or minute. Those
 * with a greater priority go first. When too many wait, or one waited too long, it fails as `rate-limit` and nobody was asked.
 */
export class Gate {
  private readonly name: string;
  private readonly settings: Limit;
  private readonly time: Time;
  /** Calls under way, so many at a time; null when that is not limited. */
  private readonly room: PQueue | null;
  /** One after the other, by priority, while a window is full. */
  private readonly door = new PQueue({ concurrency: 1 });
  private readonly requests: Window[];
  private readonly tokens: Window | null;
  private running = 0;

  constructor(name: string, settings: Limit, time: Time) {
    const { concurrency, requests_per_second, requests_per_minute, tokens_per_minute } = settings;
    this.name = name;
    this.settings = settings;
    this.time = time;
    this.room = concurrency === undefined ? null : new PQueue({ concurrency });
    this.requests = [
      ...(requests_per_second === undefined ? [] : [new Window(requests_per_second, 1000)]),
      ...(requests_per_minute === undefined ? [] : [new Window(requests_per_minute, 60_000)]),
    ];
    this.tokens = tokens_per_minute === undefined ? null : new Window(tokens_per_minute, 60_000);
  }

  /** Calls under way and calls that wait. */
  get load(): { running: number; waiting: number } {
    return { running: this.running, waiting: (this.room?.size ?? 0) + this.door.size + this.door.pending };
  }

  async run<T>(work: () => Promise<T>, wish: Wish): Promise<T> {
    wish.signal.throwIfAborted();
    const { queue, wait_ms } = this.settings;
    if (this.isBusy(wish.tokens) && this.load.waiting >= queue) throw this.overflow(`${queue} calls wait already`);
    const deadline = this.time.ticks() + wait_ms;
    return this.room === null ? this.pass(work, wish, deadline) : this.inRoom(this.room, work, wish, deadline);
  }

  private isBusy(tokens: number): boolean {
    return (
      this.door.pending > 0 || (this.room?.pending ?? 0) >= (this.room?.concurrency ?? 1) || this.waitFor(tokens) > 0
    );
  }

  /** Waits for one of the places that a call holds until its end. */
  private async inRoom<T>(room: PQueue, work: () => Promise<T>, wish: Wish, deadline: number): Promise<T> {
    const patience = new AbortController();
    const giveUp = () => patience.abort(wish.signal.reason);
    wish.signal.addEventListener('abort', giveUp, { once: true });
    let job: Promise<T> | null = null;
    const timer = new AbortController();
    const start = (): Promise<T> => {
      timer.abort();
      wish.signal.removeEventListener('abort', giveUp);
      job = this.pass(work, wish, deadline);
      return job;
    };
    const turn = room.add(() => start().then(noResult, noResult), { priority: wish.priority, signal: patience.signal });
    if (!job) this.limitPatience(patience, timer.signal);
    try {
      await turn;
    } catch (error) {
      throw patience.signal.aborted ? patience.signal.reason : error;
    } finally {
      timer.abort();
      wish.signal.removeEventListener('abort', giveUp);
    }
    return job as unknown as Promise<T>;
  }

  /** Waits until every window has room, takes it, and works. */
  private async pass<T>(work: () => Promise<T>, wish: Wish, deadline: number): Promise<T> {
    if (this.door.pending > 0 || !this.enter(wish.tokens)) await this.wait(wish, deadline);
    this.running++;
    try {
      return await work();
    } finally {
      this.running--;
    }
  }

  private async wait({ tokens, priority, signal }: Wish, deadline: number): Promise<void> {
    await this.door.add(
      async () => {
        while (!this.enter(tokens)) {
          const ms = this.waitFor(tokens);
          if (this.time.ticks() + ms > deadline) throw this.overflow(`a place is free in ${Math.ceil(ms)} ms`);
          await this.time.sleep(ms, signal);
        }
      },
      { priority, signal },
    );
  }

  private enter(tokens: number): boolean {
    if (this.waitFor(tokens) > 0) return false;
    const now = this.time.ticks();
    for (const window of this.requests) window.take(1, now);
    this.tokens?.take(tokens, now);
    return true;
  }

  private waitFor(tokens: number): number {
    const now = this.time.ticks();
    const waits = this.requests.map((window) => window.waitFor(1, now));
    return Math.max(0, ...waits, this.tokens?.waitFor(tokens, now) ?? 0);
  }

  private limitPatience(patience: AbortController, started: AbortSignal): void {
    const { wait_ms } = this.settings;
    this.time.sleep(wait_ms, started).then(
      () => patience.abort(this.overflow(`waited ${wait_ms} ms`)),
      () => {},
    );
  }

  private overflow(why: string): Unasked {
    return new Unasked('rate-limit', `the limit of ${this.name} in org/models.yaml: ${why}`);
  }
}

function noResult(): void {}

/** So much in any span of `ms` milliseconds: a sliding window over what was taken. */
class Window {
  private readonly most: number;
  private readonly ms: number;
  private readonly taken: { at: number; amount: number }[] = [];
  private sum = 0;

  constructor(most: number, ms: number) {
    this.most = most;
    this.ms = ms;
  }

  /** Milliseconds until so much more fits; what is larger than the window fits when it is empty. */
  waitFor(amount: number, now: number): number {
    this.forget(now);
    let over = this.sum + Math.min(amount, this.most) - this.most;
    for (const { at, amount: freed } of this.taken) {
      if (over <= 0) break;
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
    while (this.taken[0] && this.taken[0].at + this.ms <= now)
      this.sum -= (this.taken.shift() as { amount: number }).amount;
  }
}
