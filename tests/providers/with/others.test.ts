import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ProviderError, REPLY_FAILURES, type Reply, Unasked } from '../../../src/core/model/call.ts';
import { realClock } from '../../../src/disk/fs/clock.ts';
import { breaker } from '../../../src/providers/with/breaker.ts';
import { fallback } from '../../../src/providers/with/fallback.ts';
import type { CallModel, ModelRequest } from '../../../src/providers/with/line.ts';
import { type CallRecorder, record } from '../../../src/providers/with/record.ts';
import { timeout } from '../../../src/providers/with/timeout.ts';
import { askedOf, hanging, keepsTheLine, lineOf, never, REPLY } from './contract.ts';

const failing = (failure: ProviderError['failure']) =>
  lineOf(() => Promise.reject(new ProviderError(failure, `no: ${failure}`)));

describe('breaker', () => {
  keepsTheLine((line) => breaker(line, 'm', () => true));

  it('asks nobody while the model is left alone', async () => {
    const inner = lineOf(() => REPLY);
    const error = await breaker(inner, 'gpt', () => false)(askedOf(), never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unasked);
    expect(error).toMatchObject({
      failure: 'unavailable',
      message: 'gpt failed too often and is not called for a while',
    });
    expect(inner.calls).toBe(0);
  });
});

describe('fallback', () => {
  const chain = (lines: Record<string, CallModel>, told: unknown[] = []) =>
    fallback(
      Object.entries(lines).map(([name, line]) => ({ name, open: async () => line })),
      (name, failed) => told.push([name, failed?.failure ?? null]),
    );
  keepsTheLine((line) => chain({ one: line }));

  it('goes on after failures of a service, and tells each model and why', async () => {
    const told: unknown[] = [];
    const lines = {
      one: failing('overloaded'),
      two: failing('auth'),
      three: lineOf(() => REPLY),
      four: lineOf(() => REPLY),
    };
    expect(await chain(lines, told)(askedOf(), never)).toBe(REPLY);
    expect(told).toEqual([
      ['one', null],
      ['two', 'overloaded'],
      ['three', 'auth'],
    ]);
    expect(lines.four.calls).toBe(0);
  });

  it.each(REPLY_FAILURES)('ends at a reply that is no good: %s', async (failure) => {
    const two = lineOf(() => REPLY);
    await expect(chain({ one: failing(failure), two })(askedOf(), never)).rejects.toMatchObject({ failure });
    expect(two.calls).toBe(0);
  });

  it('ends with the last failure, and with a fault when there is no model', async () => {
    await expect(chain({ one: failing('auth'), two: failing('timeout') })(askedOf(), never)).rejects.toMatchObject({
      failure: 'timeout',
    });
    await expect(chain({})(askedOf(), never)).rejects.toMatchObject({ failure: 'bad-request' });
  });

  it('goes on from a model that cannot be had', async () => {
    const locked = { name: 'one', open: () => Promise.reject(new ProviderError('auth', 'no key')) };
    const line = fallback([locked, { name: 'two', open: async () => lineOf(() => REPLY) }], () => {});
    expect(await line(askedOf(), never)).toBe(REPLY);
  });
});

describe('timeout', () => {
  keepsTheLine((line) => timeout(line, 5000, realClock.timer));

  it('leaves no timer and no listener behind, however the call ends', async () => {
    const running = new Set<object>();
    const timer = () => {
      const one = {};
      running.add(one);
      return () => void running.delete(one);
    };
    const { signal } = new AbortController();
    const broken = lineOf(() => Promise.reject(new Error('broken')));
    await timeout(
      lineOf(() => REPLY),
      5000,
      timer,
    )(askedOf(), signal);
    await expect(timeout(broken, 5000, timer)(askedOf(), signal)).rejects.toThrow('broken');
    expect([running.size, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
  });

  it('ends an attempt in time, even one that does not listen', async () => {
    await expect(timeout(hanging(), 20, realClock.timer)(askedOf(), never)).rejects.toMatchObject({
      failure: 'timeout',
    });
    const deaf = lineOf(() => new Promise<Reply>(() => {}));
    await expect(timeout(deaf, 20, realClock.timer)(askedOf(), never)).rejects.toMatchObject({ failure: 'timeout' });
  });
});

describe('record', () => {
  const bookOf = (
    steps: string[],
    begin: () => Promise<string> = async () => 'intent',
  ): CallRecorder<ModelRequest, string> => ({
    begin: async () => {
      steps.push('begin');
      return begin();
    },
    replied: async (intent, _asked, reply) => {
      steps.push(`${intent} replied`);
      return reply;
    },
    failed: async (intent, _asked, error) => void steps.push(`${intent} ${error.failure}: ${error.message}`),
    isForeign: (error) => error instanceof RangeError,
  });
  keepsTheLine((line) => record(line, bookOf([]), () => 0));

  it('notes an attempt before and after', async () => {
    const steps: string[] = [];
    const inner = lineOf(() => {
      steps.push('asked');
      return REPLY;
    });
    await record(inner, bookOf(steps), () => 0)(askedOf(), never);
    expect(steps).toEqual(['begin', 'asked', 'intent replied']);
  });

  it('notes failures, and makes what is no ProviderError one', async () => {
    const steps: string[] = [];
    await expect(record(failing('overloaded'), bookOf(steps), () => 0)(askedOf(), never)).rejects.toMatchObject({
      failure: 'overloaded',
    });
    const broken = lineOf(() => Promise.reject(new TypeError('x is not a function')));
    await expect(record(broken, bookOf(steps), () => 0)(askedOf(), never)).rejects.toBeInstanceOf(ProviderError);
    expect(steps.filter((step) => step !== 'begin')).toEqual([
      'intent overloaded: no: overloaded',
      'intent unavailable: the provider broke: x is not a function',
    ]);
  });

  it("asks nobody when the book forbids it, and leaves an attempt open that was interrupted or is not the provider's to blame", async () => {
    const steps: string[] = [];
    const inner = lineOf(() => REPLY);
    await expect(
      record(
        inner,
        bookOf(steps, () => Promise.reject(new Error('no credits'))),
        () => 0,
      )(askedOf(), never),
    ).rejects.toThrow('no credits');
    expect(inner.calls).toBe(0);
    const foreign = lineOf(() => Promise.reject(new RangeError('disk')));
    await expect(record(foreign, bookOf(steps), () => 0)(askedOf(), never)).rejects.toThrow('disk');
    const control = new AbortController();
    const open = record(hanging(), bookOf(steps), () => 0)(askedOf(), control.signal);
    setImmediate(() => control.abort(new Error('stop')));
    await expect(open).rejects.toThrow('stop');
    expect(steps).toEqual(['begin', 'begin', 'begin']);
  });
});
