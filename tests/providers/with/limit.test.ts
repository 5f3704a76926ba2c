import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Unasked } from '../../../src/core/model/call.ts';
import { limit, RateLimiter, type Time } from '../../../src/providers/with/limit.ts';
import { limit as settings } from '../../../src/schema/config/models.ts';
import { gate } from '../fake-service.ts';
import { askedOf, hanging, keepsTheLine, lineOf, never, REPLY } from './contract.ts';

/** Time that runs only while somebody waits for it: those who wait are woken in order. */
class Steps implements Time {
  now = 0;
  private readonly sleepers: { at: number; wake: () => void; signal: AbortSignal | undefined }[] = [];

  ticks(): number {
    return this.now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.sleepers.push({ at: this.now + ms, wake: resolve, signal });
    });
  }

  /** Goes on until nobody sleeps, or until that time. */
  async run(until = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      for (let i = 0; i < 20; i++) await soon();
      const next = this.sleepers.filter(({ signal }) => !signal?.aborted).sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > until) return;
      this.sleepers.splice(this.sleepers.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.wake();
    }
  }
}

/** What is due is done before this resolves. */
const soon = () => new Promise(setImmediate);

const real: Time = {
  ticks: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
};
const gateOf = (fields: object, time: Time = real) => new RateLimiter('model m', settings().parse(fields), time);
const wish = { tokens: 1, priority: 0, signal: never };

keepsTheLine((line) => {
  const gate = gateOf({ concurrency: 60, requests_per_second: 1000 });
  return limit(line, () => [gate]);
});
keepsTheLine((line) => limit(line, () => []));

describe('a limit', () => {
  it('lets so many calls start in any second', async () => {
    const time = new Steps();
    const gate = gateOf({ requests_per_second: 10 }, time);
    const starts: number[] = [];
    const all = Array.from({ length: 35 }, () => gate.run(async () => void starts.push(time.now), wish));
    await time.run();
    await Promise.all(all);
    expect(starts).toHaveLength(35);
    for (const start of starts)
      expect(starts.filter((at) => at >= start && at < start + 1000).length).toBeLessThanOrEqual(10);
    expect(time.now).toBe(3000);
  });

  it('lets so many calls and tokens pass in any minute', async () => {
    const time = new Steps();
    const gate = gateOf({ requests_per_minute: 5, tokens_per_minute: 1000, wait_ms: 3_600_000 }, time);
    const starts: { at: number; tokens: number }[] = [];
    const sizes = [400, 400, 400, 100, 5000, 10, 10, 10, 10, 10, 10];
    const all = sizes.map((tokens) =>
      gate.run(async () => void starts.push({ at: time.now, tokens }), { ...wish, tokens }),
    );
    await time.run();
    await Promise.all(all);
    for (const { at } of starts) {
      const inside = starts.filter((one) => one.at >= at && one.at < at + 60_000);
      expect(inside.length).toBeLessThanOrEqual(5);
      expect(inside.reduce((sum, one) => sum + Math.min(one.tokens, 1000), 0)).toBeLessThanOrEqual(1000);
    }
  });

  it('holds for every order and size of calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ tokens: fc.integer({ min: 0, max: 300 }), priority: fc.integer({ min: 0, max: 2 }) }), {
          maxLength: 25,
        }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        async (calls, requests, concurrency) => {
          const time = new Steps();
          const gate = gateOf(
            { requests_per_second: requests, tokens_per_minute: 900, concurrency, wait_ms: 3_600_000 },
            time,
          );
          const starts: { at: number; tokens: number }[] = [];
          let [now, most] = [0, 0];
          const work = (tokens: number) => async () => {
            starts.push({ at: time.now, tokens });
            most = Math.max(most, ++now);
            await soon();
            now--;
          };
          const all = calls.map((call) => gate.run(work(call.tokens), { ...call, signal: never }));
          await time.run();
          await Promise.all(all);
          expect(most).toBeLessThanOrEqual(concurrency);
          for (const { at } of starts) {
            expect(starts.filter((one) => one.at >= at && one.at < at + 1000).length).toBeLessThanOrEqual(requests);
            const tokens = starts
              .filter((one) => one.at >= at && one.at < at + 60_000)
              .reduce((sum, one) => sum + one.tokens, 0);
            expect(tokens).toBeLessThanOrEqual(900);
          }
          expect(gate.load).toEqual({ running: 0, waiting: 0 });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps so many under way at a time, those with a greater priority first', async () => {
    const gate = gateOf({ concurrency: 1 });
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(name);
      await wait(2);
    };
    await Promise.all([
      gate.run(work('first'), wish),
      gate.run(work('low'), wish),
      gate.run(work('urgent'), { ...wish, priority: 2 }),
      gate.run(work('person'), { ...wish, priority: 1 }),
    ]);
    expect(order).toEqual(['first', 'urgent', 'person', 'low']);
  });

  it('fails at once when too many wait, and nobody was asked', async () => {
    const gate = gateOf({ concurrency: 1, queue: 2 });
    const inner = hanging();
    const line = limit(inner, () => [gate]);
    const control = new AbortController();
    const waiting = [1, 2, 3].map(() => line(askedOf(), control.signal).catch((thrown: unknown) => thrown));
    const error = await line(askedOf(), never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unasked);
    expect(error).toMatchObject({
      failure: 'rate-limit',
      message: expect.stringContaining('2 calls are already waiting'),
    });
    expect(gate.load).toEqual({ running: 1, waiting: 2 });
    control.abort(new Error('stop'));
    expect(await Promise.all(waiting)).toEqual([1, 2, 3].map(() => expect.objectContaining({ message: 'stop' })));
    expect(inner.calls).toBe(1);
    expect(gate.load).toEqual({ running: 0, waiting: 0 });
  });

  it('lets nobody wait longer than it may, at a place or at a window', async () => {
    const busy = gateOf({ concurrency: 1, wait_ms: 30 });
    const { open, letGo } = gate();
    const first = busy.run(() => open, wish);
    await expect(busy.run(async () => {}, wish)).rejects.toMatchObject({
      failure: 'rate-limit',
      message: /no free place within 30 ms/,
    });
    letGo();
    await first;
    const time = new Steps();
    const full = gateOf({ requests_per_minute: 1, wait_ms: 30_000 }, time);
    await full.run(async () => {}, wish);
    const late = full.run(async () => {}, wish).catch((thrown: unknown) => thrown);
    await time.run();
    expect(await late).toMatchObject({ failure: 'rate-limit', message: /no free place within 30000 ms/ });
  });

  it('never refuses what need not wait, however many come at once', async () => {
    const gate = gateOf({ requests_per_second: 1000, concurrency: 500, queue: 0 });
    const inner = lineOf(() => REPLY);
    await Promise.all(Array.from({ length: 400 }, () => limit(inner, () => [gate])(askedOf(), never)));
    expect(inner.calls).toBe(400);
  });

  it('passes several gates, the place of a failed call is free again', async () => {
    const gates = [gateOf({ concurrency: 1 }), gateOf({ concurrency: 1 })];
    const line = limit(
      lineOf((nth) => (nth === 1 ? Promise.reject(new Error('broken')) : REPLY)),
      () => gates,
    );
    await expect(line(askedOf(), never)).rejects.toThrow('broken');
    expect(await line(askedOf(), never)).toBe(REPLY);
  });
});

it('a limit lets in who waits by priority, and those of one priority as they came', async () => {
  const line = gateOf({ concurrency: 1 });
  const order: string[] = [];
  const first = gate();
  const all = [line.run(() => first.open, wish)];
  for (const [name, priority] of [
    ['a', 0],
    ['b', 0],
    ['c', 5],
    ['d', 0],
    ['e', 5],
  ] as const)
    all.push(line.run(async () => void order.push(name), { ...wish, priority }));
  expect(line.load).toEqual({ running: 1, waiting: 5 });
  first.letGo();
  await Promise.all(all);
  expect(order.join('')).toBe('ceabd');
});

it('a limit whose caller was let in leaves no wait behind', async () => {
  const open: AbortSignal[] = [];
  const time: Time = {
    ticks: () => performance.now(),
    sleep: (ms, signal) => {
      if (signal) open.push(signal);
      return real.sleep(ms, signal);
    },
  };
  const line = gateOf({ concurrency: 1 }, time);
  await Promise.all([line.run(soon, wish), line.run(soon, wish), line.run(soon, wish)]);
  expect(open.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(line.load).toEqual({ running: 0, waiting: 0 });
});
