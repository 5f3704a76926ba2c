import { describe, expect, it } from 'vitest';
import { type CallFailure, ProviderError } from '../../../src/core/model/call.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { Lab, service } from '../world.ts';

const PRICE = { per_call: 0 };
const EDGES = { human: ['a', 'b'], a: ['human'], b: ['human'] };

/** An organisation whose service fails as `down` says until somebody sets it to null. */
class Outage extends Lab {
  down: { failure: CallFailure; retryAfterMs?: number } | null = { failure: 'auth' };
  readonly calls: { agent: string; at: number }[] = [];

  constructor(more: Partial<OrgPlan> = {}) {
    super({ edges: EDGES, models: { default: { provider: 'fake', price: PRICE } }, ...more });
    this.providers.fake = service(({ agent }) => {
      this.calls.push({ agent, at: this.clock.now() });
      if (this.down) throw new ProviderError(this.down.failure, 'no', this.down);
      return {};
    });
  }

  /** Agents that were called by the work. */
  async calledBy(work: () => Promise<unknown>): Promise<string[]> {
    this.calls.length = 0;
    await work();
    return [...new Set(this.calls.map(({ agent }) => agent))].sort();
  }

  opens(): unknown[] {
    return this.lines('open').map(({ retry }) => retry ?? null);
  }
}

describe('a new run', () => {
  it('tries whoever backs off once, and ends; once the key is there, all mail is read', async () => {
    const org = new Outage();
    org.drop(['a', 'b'], 'Begin.');
    expect(await org.run()).toMatchObject({ end: 'failing', turns: 2 });
    expect(await org.calledBy(() => org.run())).toEqual(['a', 'b']);
    expect(org.calls).toHaveLength(2);
    org.down = null;
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect(['a', 'b'].map((name) => org.delivered(name).length)).toEqual([1, 1]);
    expect(org.opens()).toEqual([null, null, true, true]);
  });

  it('tries whoever backs off in a turn in which its schedule does not fire', async () => {
    const org = new Outage({ resumes: { a: { schedule: { every: 5 } } } });
    org.drop('a', 'Begin.', { priority: 'urgent' });
    await org.run();
    org.drop('a', 'And this.');
    org.down = null;
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect(org.delivered('a')).toHaveLength(2);
  });

  it('tries a model that is left alone, for each agent that needs it', async () => {
    const org = new Outage({ models: { default: { provider: 'fake', price: PRICE, breaker: { failures: 1 } } } });
    org.drop(['a', 'b'], 'Begin.');
    await org.run();
    org.down = null;
    expect(await org.calledBy(() => org.run())).toEqual(['a', 'b']);
    expect(['a', 'b'].map((name) => org.delivered(name).length)).toEqual([1, 1]);
  });

  it('wakes nobody who is paused or starved, and nobody who has no mail', async () => {
    const org = new Outage();
    org.drop('a', 'Begin.');
    await org.run();
    await org.ask({ ask: 'pause', by: 'human', agent: 'a' });
    expect(await org.calledBy(() => org.run())).toEqual([]);
  });

  it('is made again from its lines, and finished after a kill as it began', async () => {
    const org = new Outage();
    org.drop('a', 'Begin.');
    await org.run();
    org.down = null;
    const asked = org.calls.length;
    org.disk.plan = () => (org.calls.length > asked ? 'crash-before' : 'go');
    await org.run().catch(() => {});
    org.restart();
    expect(org.delivered('a')).toEqual([]);
    expect(await org.run({ turns: 1 })).toMatchObject({
      reports: [{ turn: 3, visits: [{ agent: 'a', outcome: 'ok' }] }],
    });
    expect(org.delivered('a')).toHaveLength(1);
  });
});

describe('a service that says when to come back', () => {
  const MINUTE = 60_000;
  const waits = (more: Partial<OrgPlan> = {}): Outage => {
    const org = new Outage(more);
    org.down = { failure: 'rate-limit', retryAfterMs: 10 * MINUTE };
    org.drop(['a', 'b'], 'Begin.');
    return org;
  };

  it('is not asked before that time, by any visit of any run', async () => {
    const org = waits({ org: { limits: { concurrency: 1 } } });
    expect(await org.run()).toMatchObject({ end: 'failing', turns: 1 });
    expect(org.calls).toHaveLength(1);
    const at = org.calls[0]?.at as number;
    expect(await org.calledBy(() => org.run())).toEqual([]);
    expect(await org.calledBy(() => org.run({ turns: 3 }))).toEqual([]);
    org.down = null;
    await org.clock.sleep(at + 10 * MINUTE - org.clock.now());
    expect(await org.calledBy(() => org.run())).toEqual(['a', 'b']);
    expect(Math.min(...org.calls.map((call) => call.at))).toBeGreaterThanOrEqual(at + 10 * MINUTE);
    expect(['a', 'b'].map((name) => org.delivered(name).length)).toEqual([1, 1]);
  });

  it('closes other models of that service, and none of another', async () => {
    const other = { provider: 'fake', price: PRICE, base_url: 'http://127.0.0.1:9/v1' };
    for (const [twin, called] of [
      [{ provider: 'fake', price: PRICE }, []],
      [other, ['b']],
    ] as const) {
      const models = { default: { provider: 'fake', price: PRICE }, twin };
      const org = waits({ models, org: { limits: { concurrency: 1 } }, resumes: { b: { model: 'twin' } } });
      await org.run({ turns: 1 });
      org.down = null;
      expect(org.calls.map(({ agent }) => agent)).toEqual(['a', ...called]);
    }
  });

  it('is passed over for a fallback', async () => {
    const models = {
      default: { provider: 'fake', price: PRICE, fallback: ['spare'] },
      spare: { provider: 'mind', price: PRICE },
    };
    const org = waits({ models });
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect(org.delivered('b')).toHaveLength(1);
  });

  it('within the longest pause is waited for', async () => {
    const org = waits();
    org.down = { failure: 'rate-limit', retryAfterMs: 20_000 };
    await org.run();
    for (const [i, { agent, at }] of org.calls.entries()) {
      const before = org.calls
        .slice(0, i)
        .filter((call) => call.agent === agent)
        .at(-1);
      if (before) expect(at - before.at).toBeGreaterThanOrEqual(20_000);
    }
    expect(org.calls.length).toBeGreaterThan(2);
  });

  it('that asks for years is asked again as after any failure', async () => {
    const org = waits();
    org.down = { failure: 'rate-limit', retryAfterMs: 1e15 };
    await org.run();
    org.down = null;
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect(org.delivered('a')).toHaveLength(1);
  });
});
