import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/model/call.ts';
import { balanceOf } from '../../../src/core/money/ledger.ts';
import type { CacheDump } from '../../../src/providers/with/cache.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { Crash } from '../../../src/testing/memory-disk.ts';
import { keptIn } from '../../kept.ts';
import { Lab, service } from '../world.ts';

const FLAT = { per_call: 0.01 };
const EDGES = { human: ['a', 'b'], a: ['human'], b: ['human'] };

function lab(models: NonNullable<OrgPlan['models']>, more: Partial<OrgPlan> = {}): Lab {
  const org = new Lab({ edges: EDGES, models, credits: { agents: { a: { grant: 1 }, b: { grant: 1 } } }, ...more });
  org.drop('a', 'Begin.');
  return org;
}

/** A service that fails so many times before each answer. */
function flaky(times: number, failure: ProviderError['failure'] = 'overloaded', more: object = {}) {
  let calls = 0;
  return service(() => {
    if (calls++ % (times + 1) < times) throw new ProviderError(failure, 'busy', more);
    return { text: 'Here.' };
  });
}

describe('a call that fails and may pass', () => {
  it('is tried again, each attempt with an intent and a reserve of its own', async () => {
    const org = lab({ default: { provider: 'one', price: FLAT } });
    org.providers.one = flaky(2);
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ outcome: 'ok', cost: 10_000 }]);
    expect(org.lines('intent').map(({ n, attempt, reserve }) => [n, attempt, reserve])).toEqual([
      [1, 1, 10_000],
      [1, 2, 10_000],
      [1, 3, 10_000],
    ]);
    expect(org.lines('failed')).toHaveLength(2);
  });

  it('waits as long as the service asks', async () => {
    const org = lab({ default: { provider: 'one', price: FLAT } });
    org.providers.one = flaky(1, 'rate-limit', { retryAfterMs: 7000 });
    const waits: number[] = [];
    const { sleep } = org.clock;
    org.clock.sleep = (ms, signal) => {
      waits.push(ms);
      return sleep.call(org.clock, ms, signal);
    };
    await org.turns(1);
    expect(waits).toContain(7000);
  });

  it('leaves its mail unread after the last attempt, and the others work on', async () => {
    const org = lab(
      { default: { provider: 'one', price: FLAT }, good: { provider: 'two', price: FLAT } },
      { resumes: { b: { model: 'good' } } },
    );
    org.drop('b', 'You too.');
    Object.assign(org.providers, { one: flaky(99), two: service(() => ({ text: 'Done.' })) });
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([
      { agent: 'a', outcome: 'failed', blame: 'provider' },
      { agent: 'b', outcome: 'ok' },
    ]);
    expect(org.lines('failed')).toHaveLength(3);
    expect(org.delivered('a')).toEqual([]);
    expect(org.delivered('b')).toHaveLength(1);
  });

  it('goes on where a crash cut it off: what failed counts, what may have been billed stays in doubt', async () => {
    const org = lab({ default: { provider: 'one', price: FLAT } });
    let asked = 0;
    org.providers.one = service(() => {
      asked++;
      if (asked === 2) org.disk.plan = () => 'crash-before';
      throw new ProviderError('overloaded', 'busy');
    });
    await expect(org.turns(1)).rejects.toBeInstanceOf(Crash);
    org.restart();
    await org.turns(1);
    expect(asked).toBe(3);
    expect(org.lines('intent').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    const { doubts, balance } = await org.look(({ config, state }) => ({
      doubts: [...state.money.doubts.keys()],
      balance: balanceOf(config, state, 'a'),
    }));
    expect(doubts).toEqual(['1.a.1.2']);
    expect(balance).toMatchObject({ spent: 0, doubt: 10_000, left: 990_000 });
  });
});

describe('a model that keeps failing', () => {
  it('is left alone by a visit after five failures, and by everybody until a minute has passed; then one call tries it', async () => {
    const org = lab({
      default: { provider: 'one', price: FLAT, retry: { attempts: 9, first_ms: 1, most_ms: 1 }, timeout_ms: 1 },
    });
    let asked = 0;
    let works = false;
    org.providers.one = service(() => {
      asked++;
      if (works) return { text: 'Back.' };
      throw new ProviderError('unavailable', 'down');
    });
    await org.turns(1);
    expect(asked).toBe(5);
    org.drop('b', 'And you.');
    const [, second] = await org.turns(2);
    expect(asked).toBe(5);
    expect(second?.visits.every(({ outcome }) => outcome !== 'ok')).toBe(true);
    org.clock.advance(60_000);
    await org.turns(8);
    expect(asked).toBe(6);
    works = true;
    org.clock.advance(60_000);
    await org.turns(8);
    expect(asked).toBeGreaterThanOrEqual(8);
    expect(org.delivered('a')).toHaveLength(1);
    expect(org.delivered('b')).toHaveLength(1);
    expect(await org.look(({ state }) => state.calls.breakers.size)).toBe(0);
  });

  it('is replaced by its fallback meanwhile, and the message says why', async () => {
    const org = lab({
      default: {
        provider: 'one',
        price: FLAT,
        breaker: { failures: 3 },
        retry: { first_ms: 1 },
        timeout_ms: 1,
        fallback: ['second'],
      },
      second: { provider: 'two', price: FLAT, timeout_ms: 1 },
    });
    Object.assign(org.providers, { one: flaky(99), two: service(() => ({ text: 'I am here.' })) });
    await org.turns(1);
    org.drop('a', 'Again.');
    await org.turns(1);
    expect(org.messages('a').map(({ via }) => via)).toEqual([
      'second, because default failed (overloaded)',
      'second, because default is not called for now',
    ]);
    expect(org.lines('intent').map(({ model }) => model)).toEqual([
      'default',
      'default',
      'default',
      'second',
      'second',
    ]);
  });
});

describe('a cached model', () => {
  const models = { default: { provider: 'one', price: FLAT, cache: {} } };

  const keptOf = (org: Lab): CacheDump =>
    JSON.parse(keptIn(org.disk).read('replies.json')?.bytes.toString() ?? '{}') as CacheDump;

  /** The same organisation from its start, with the replies that were kept before. */
  function again(org: Lab, plan: NonNullable<OrgPlan['models']> = models): Lab {
    const fresh = lab(plan);
    const kept = org.disk.read('.lemming/replies.json');
    if (kept) fresh.disk.create('.lemming/replies.json', Buffer.from(kept).toString());
    fresh.providers.one = org.providers.one as (typeof fresh.providers)['one'];
    return fresh;
  }

  it('gives the reply of an earlier run again: it costs nothing, is marked, and the turn comes out the same', async () => {
    const org = lab(models);
    let asked = 0;
    org.providers.one = service(() => ({ text: `Answer ${++asked}.` }));
    await org.turns(1);
    const rerun = again(org);
    const [report] = await rerun.turns(1);
    expect(asked).toBe(1);
    expect(report?.visits).toMatchObject([{ outcome: 'ok', cost: 0 }]);
    expect(rerun.lines('intent')).toMatchObject([{ cached: true, reserve: 0 }]);
    expect(rerun.messages('a')).toEqual(org.messages('a'));
    expect(await rerun.look(({ state }) => [state.money.org.spent, state.staff.agents.get('a')?.tokensIn])).toEqual([
      0, 0,
    ]);
  });

  it('asks again once the reply is as old as its model says, and counts what it saved', async () => {
    const short = { default: { ...models.default, cache: { ttl_seconds: 60 } } };
    const org = lab(short);
    let asked = 0;
    org.providers.one = service(() => ({ text: `Answer ${++asked}.` }));
    await org.turns(1);
    for (const [ms, more] of [
      [59_000, 0],
      [61_000, 1],
    ] as const) {
      const rerun = again(org, short);
      rerun.clock.advance(ms);
      await rerun.turns(1);
      expect([ms, asked]).toEqual([ms, 1 + more]);
      expect(keptOf(rerun)).toMatchObject({ hits: 1 - more, misses: 1 + more, saved: (1 - more) * 10_000 });
      expect(keptOf(rerun).entries).toMatchObject([{ kept: { agent: 'a', model: 'default', cost: 10_000 } }]);
    }
  });

  it('keeps no reply that a fallback gave in its place', async () => {
    const two = {
      default: { ...models.default, retry: { attempts: 1 }, fallback: ['second'] },
      second: { provider: 'two', price: FLAT },
    };
    const org = lab(two);
    Object.assign(org.providers, { one: flaky(99), two: service(() => ({ text: 'I am here.' })) });
    await org.turns(1);
    expect(org.delivered('a')).toHaveLength(1);
    expect(keptOf(org).entries).toEqual([]);
  });

  it('asks when anything of the request is another', async () => {
    const org = lab(models);
    let asked = 0;
    org.providers.one = service(() => ({ text: `Answer ${++asked}.` }));
    await org.turns(1);
    const other = again(org);
    other.drop('a', 'Something else.');
    await other.turns(1);
    expect(asked).toBe(2);
  });

  it('keeps nothing of a turn that was not committed', async () => {
    const org = lab(models);
    let asked = 0;
    org.providers.one = service(() => {
      if (++asked === 1) org.disk.plan = ({ path }) => (path.startsWith('agents/') ? 'crash-before' : 'go');
      return { text: `Answer ${asked}.` };
    });
    const engine = org.open();
    await expect(engine.turn()).rejects.toBeInstanceOf(Crash);
    org.restart();
    expect(org.disk.read('.lemming/replies.json')).toBeNull();
  });
});
