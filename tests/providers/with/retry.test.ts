import { describe, expect, it } from 'vitest';
import { PROVIDER_FAILURES, ProviderError, REPLY_FAILURES, Unasked } from '../../../src/core/model/call.ts';
import { retry } from '../../../src/providers/with/retry.ts';
import { retry as settings } from '../../../src/schema/config/models.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { askedOf, keepsTheLine, lineOf, never, REPLY } from './contract.ts';

const DEFAULTS = settings().parse({});

/** A patience that notes its pauses and takes none. */
function patience(random = 0.5) {
  const pauses: number[] = [];
  const sleep = async (ms: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    pauses.push(ms);
  };
  return { pauses, random: () => random, sleep, goesOn: () => true };
}

const fails = (times: number, failure: ProviderError['failure'], more: object = {}) =>
  lineOf((nth) => (nth <= times ? Promise.reject(new ProviderError(failure, `no ${nth}`, more)) : REPLY));

keepsTheLine((line) => retry(line, DEFAULTS, patience()));

describe('retry', () => {
  it.each(['rate-limit', 'overloaded', 'timeout', 'unavailable'] as const)(
    'tries again what may pass: %s',
    async (failure) => {
      const inner = fails(2, failure);
      expect(await retry(inner, DEFAULTS, patience())(askedOf(), never)).toBe(REPLY);
      expect(inner.calls).toBe(3);
    },
  );

  it.each([...REPLY_FAILURES, 'auth', 'bad-request'] as const)(
    'never tries again what fails the same way: %s',
    async (failure) => {
      const inner = fails(9, failure);
      await expect(retry(inner, DEFAULTS, patience())(askedOf(), never)).rejects.toMatchObject({ failure });
      expect(inner.calls).toBe(1);
    },
  );

  it('knows every failure there is', () => {
    expect([...PROVIDER_FAILURES].sort()).toEqual([
      'auth',
      'bad-request',
      'overloaded',
      'rate-limit',
      'timeout',
      'too-long',
      'unavailable',
    ]);
  });

  it('never tries again what was not asked, nor what is no failure of a provider', async () => {
    for (const error of [new Unasked('unavailable', 'left alone'), new TypeError('broken')]) {
      const inner = lineOf(() => Promise.reject(error));
      expect(await retry(inner, DEFAULTS, patience())(askedOf(), never).catch((thrown) => thrown)).toBe(error);
      expect(inner.calls).toBe(1);
    }
  });

  it('gives up after so many attempts, with the last failure', async () => {
    const inner = fails(9, 'overloaded');
    await expect(retry(inner, DEFAULTS, patience())(askedOf(), never)).rejects.toThrow('no 3');
    expect(inner.calls).toBe(3);
  });

  it('shares one budget of attempts with the other models of the call, and tries each at least once', async () => {
    const asked = askedOf({ budget: { left: 4 } });
    const [one, two, three] = [fails(9, 'timeout'), fails(9, 'timeout'), fails(9, 'timeout')];
    for (const inner of [one, two, three])
      await expect(retry(inner, DEFAULTS, patience())(asked, never)).rejects.toMatchObject({ failure: 'timeout' });
    expect([one.calls, two.calls, three.calls]).toEqual([3, 1, 1]);
  });

  it('waits a time drawn between 0 and a bound that doubles from 1 to 30 s', async () => {
    const many = settings().parse({ attempts: 8 });
    const [most, least] = [patience(0.999999), patience(0)];
    for (const world of [most, least])
      await retry(fails(9, 'overloaded'), many, world)(askedOf({ budget: { left: 8 } }), never).catch(() => {});
    expect(most.pauses.map((ms) => Math.round(ms / 1000))).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(least.pauses).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('waits as long as the service asks; when that is more than the longest pause, it does not try again', async () => {
    for (const asks of [0, 1500, 30_000]) {
      const world = patience();
      await retry(fails(1, 'rate-limit', { retryAfterMs: asks }), DEFAULTS, world)(askedOf(), never);
      expect(world.pauses).toEqual([asks]);
    }
    const world = patience();
    const line = retry(fails(1, 'rate-limit', { retryAfterMs: 30_001 }), DEFAULTS, world);
    await expect(line(askedOf(), never)).rejects.toThrow('no 1');
    expect(world.pauses).toEqual([]);
  });

  it('stops when going on makes no sense any more', async () => {
    const inner = fails(9, 'overloaded');
    const line = retry(inner, DEFAULTS, { ...patience(), goesOn: () => inner.calls < 2 });
    await expect(line(askedOf(), never)).rejects.toThrow('no 2');
  });

  it('is interrupted in a pause', async () => {
    const control = new AbortController();
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const inner = fails(9, 'overloaded');
    const outcome = retry(inner, DEFAULTS, { ...patience(), sleep })(askedOf(), control.signal).catch(
      (thrown) => thrown,
    );
    await new Promise((done) => setTimeout(done, 20));
    control.abort(new Error('stop'));
    expect(await outcome).toMatchObject({ message: 'stop' });
    expect(inner.calls).toBe(1);
  });

  it('takes its time from the clock it is given', async () => {
    const clock = new FakeClock();
    const start = clock.now();
    const world = { random: () => clock.random(), sleep: (ms: number) => clock.sleep(ms), goesOn: () => true };
    await retry(fails(2, 'overloaded'), DEFAULTS, world)(askedOf(), never);
    expect(clock.now() - start).toBe(500 + 1000);
  });
});
