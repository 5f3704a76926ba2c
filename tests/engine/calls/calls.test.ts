import { describe, expect, it } from 'vitest';
import { PROVIDER_FAILURES, ProviderError, REPLY_FAILURES, type Usage } from '../../../src/core/model/call.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { balanceOf } from '../../../src/core/money/ledger.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { CALL, say } from '../../regression/org.ts';
import { Lab, service } from '../world.ts';

const EDGES = { human: ['a'], a: ['human'] };
const GRANT = { agents: { a: { grant: 1 } } };
const FLAT = { per_call: 0.01 };
/** A model that is asked once. */
const ONCE = { price: FLAT, retry: { attempts: 1 } };

/** Agent a calls the models of its resume, in this order. */
function lab(models: OrgPlan['models'], model: string | string[], more: Partial<OrgPlan> = {}): Lab {
  const org = new Lab({
    edges: EDGES,
    models: models as NonNullable<OrgPlan['models']>,
    credits: GRANT,
    resumes: { a: { model, tools: ['recall'] } },
    ...more,
  });
  org.drop('a', 'Begin.');
  return org;
}

function fails(failure: ProviderError['failure'], usage: Usage | null = null) {
  return service(() => {
    throw new ProviderError(failure, 'as planned', { usage, requestId: 'r-1' });
  });
}

const answers = (text = '') => service(() => ({ text }));

/** model, attempt, what came of it. */
function attemptsIn(org: Lab): string[] {
  const answer = new Map(
    org
      .journal()
      .flatMap((line) =>
        line.k === 'reply' || line.k === 'failed'
          ? [[`${line.n}.${line.attempt}`, line.k === 'reply' ? 'reply' : line.failure]]
          : [],
      ),
  );
  return org
    .lines('intent')
    .map(({ model, n, attempt }) => `${model} ${n}.${attempt}: ${answer.get(`${n}.${attempt}`) ?? 'open'}`);
}

describe('a chain of models', () => {
  const chain = (more: object = {}) => ({
    one: { provider: 'one', ...ONCE, fallback: ['two', 'three'] },
    two: { provider: 'two', ...ONCE, fallback: ['three'] },
    three: { provider: 'three', ...ONCE },
    ...more,
  });

  it.each(PROVIDER_FAILURES)('goes on to the next after a failure of the provider: %s', async (failure) => {
    const org = lab(chain(), 'one');
    Object.assign(org.providers, { one: fails(failure), two: fails(failure), three: answers('Here.') });
    const [report] = await org.turns(1);
    expect(attemptsIn(org)).toEqual([`one 1.1: ${failure}`, `two 1.2: ${failure}`, 'three 1.3: reply']);
    expect(report?.visits).toMatchObject([{ outcome: 'ok', cost: CALL }]);
    expect(org.messages('a')).toMatchObject([{ body: 'Here.' }]);
  });

  it.each(REPLY_FAILURES)('ends at a reply that is no good: %s', async (failure) => {
    const org = lab(chain(), 'one');
    Object.assign(org.providers, { one: fails(failure), two: answers(), three: answers() });
    const [report] = await org.turns(1);
    expect(attemptsIn(org)).toEqual([`one 1.1: ${failure}`]);
    expect(report?.visits).toMatchObject([
      failure === 'incomplete'
        ? { outcome: 'cut', reason: 'tokens' }
        : { outcome: 'failed', blame: failure === 'refused' ? 'refused' : 'reply' },
    ]);
  });

  it('tries each model once, in the order of the resume, its fallbacks after it', async () => {
    const org = lab(chain({ four: { provider: 'four', ...ONCE } }), ['two', 'four', 'one']);
    for (const name of ['one', 'two', 'three', 'four']) org.providers[name] = fails('overloaded');
    const [report] = await org.turns(1);
    expect(attemptsIn(org).map((line) => line.split(' ')[0])).toEqual(['two', 'three', 'four', 'one']);
    expect(report?.visits).toMatchObject([
      { outcome: 'failed', blame: 'provider', reason: 'overloaded: as planned', cost: 0 },
    ]);
  });

  it('begins anew at every call of a visit', async () => {
    const org = lab(chain(), 'one');
    let calls = 0;
    Object.assign(org.providers, {
      one: service(() =>
        ++calls === 1
          ? { acts: [{ id: '1', tool: 'recall', input: { key: 'k' } }] }
          : Promise.reject(new ProviderError('timeout', 'late')),
      ),
      two: answers(),
    });
    await org.turns(1);
    expect(attemptsIn(org)).toEqual(['one 1.1: reply', 'one 2.1: timeout', 'two 2.2: reply']);
  });

  it.each<[string, OrgPlan['models'], string, RegExp]>([
    ['without a key', { one: { provider: 'locked', price: FLAT } }, 'one', /^auth: no key$/],
    ['without a price', { one: { provider: 'two' } }, 'one', /^bad-request: the model one has no price/],
  ])('whose only model is %s fails, without a call', async (_what, models, model, reason) => {
    const org = lab(models, model);
    Object.assign(org.providers, {
      two: answers(),
      locked: service(() => ({}), { connect: () => Promise.reject(new ProviderError('auth', 'no key')) }),
    });
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([
      {
        outcome: 'failed',
        blame: reason.source.includes('bad-request') ? 'config' : 'provider',
        reason: expect.stringMatching(reason),
      },
    ]);
    expect(org.lines('intent')).toEqual([]);
  });

  it('goes on from a model without a key or a price, and looks at it again in the next turn', async () => {
    const models = {
      one: { provider: 'locked', price: FLAT, fallback: ['two', 'three'] },
      two: { provider: 'two' },
      three: { provider: 'two', price: FLAT },
    };
    const org = lab(models, 'one');
    const open = answers('At last.');
    let locked = true;
    org.providers.two = answers();
    org.providers.locked = {
      ...open,
      connect: (...args) => (locked ? Promise.reject(new ProviderError('auth', 'no key')) : open.connect(...args)),
    };
    await org.turns(1);
    expect(attemptsIn(org)).toEqual([expect.stringMatching(/^three 1\.\d: reply$/)]);
    expect(org.messages('a')).toEqual([]);
    locked = false;
    org.drop('a', 'Again.');
    await org.turns(1);
    expect(org.messages('a')).toMatchObject([{ body: 'At last.' }]);
  });

  it('whose provider does not exist fails the visit, and mending the file is enough', async () => {
    const org = lab({ one: { provider: 'nothing', price: FLAT } }, 'one', {
      edges: { human: ['a', 'b'], a: ['human'], b: [] },
    });
    org.drop('b', 'You too.');
    const [report] = await org.turns(1).catch(() => []);
    org.disk.replace(
      'org/models.yaml',
      'version: 1\nmodels:\n  one: { provider: mind }\n  default: { provider: mind }\n',
    );
    org.restart();
    await org.turns(2);
    expect(org.delivered('a')).toEqual(['000001-human-01']);
    expect(report?.visits).toMatchObject([{ agent: 'a', outcome: 'failed', blame: 'config' }]);
  });
});

describe('the reserve of a call', () => {
  const TOKENS = { input: 1, output: 2 };
  const tokens = (used: Partial<Usage>, more: object = {}) => {
    const org = lab({ one: { provider: 'one', price: TOKENS, max_output_tokens: 100, ...more } }, 'one');
    org.providers.one = service(() => ({
      usage: { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0, ...used },
    }));
    return org;
  };

  it('is the worst case, and what it did not use comes back', async () => {
    const org = tokens({ input: 10, output: 5 });
    const [report] = await org.turns(1);
    const [intent] = org.lines('intent');
    expect(intent?.reserve).toBeGreaterThanOrEqual(100 * 2);
    expect(report?.spent).toBe(10 + 5 * 2);
    await org.look(({ config, state }) =>
      expect(balanceOf(config, state, 'a')).toEqual({
        granted: 1_000_000,
        spent: 20,
        reserved: 0,
        doubt: 0,
        left: 999_980,
      }),
    );
  });

  it('bounds the output that is asked for, and is never exceeded: the excess stops the model', async () => {
    const org = tokens({ input: 10_000_000 });
    let asked = 0;
    const { one } = org.providers;
    org.providers.one = service((prompt, signal) => {
      asked = prompt.maxOutputTokens;
      return one!
        .connect(undefined as never, undefined as never)
        .then((connection) => connection.complete(prompt, signal));
    });
    const [report] = await org.turns(1);
    const [intent] = org.lines('intent');
    expect(asked).toBe(100);
    expect(report?.spent).toBe(intent?.reserve);
    org.drop('a', 'Again.');
    const [next] = await org.turns(1);
    expect(next?.visits).toMatchObject([
      { outcome: 'failed', reason: expect.stringMatching(/^bad-request: the model one is stopped/) },
    ]);
    await org.ask({ ask: 'settle-doubt', by: 'human', key: 'one', amount: 0 });
    expect((await org.turns(1))[0]?.visits).toMatchObject([{ outcome: 'ok' }]);
  });

  it('of a failed call is charged for what was billed, at most', async () => {
    const usage = { input: 7, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    for (const [billed, cost] of [
      [usage, 7],
      [null, 0],
      [{ ...usage, input: 10_000_000 }, null],
    ] as const) {
      const org = lab({ one: { provider: 'one', price: TOKENS } }, 'one');
      org.providers.one = fails('incomplete', billed);
      const [report] = await org.turns(1);
      expect(report?.spent).toBe(cost ?? org.lines('intent')[0]?.reserve);
    }
  });

  it('that the rest of the allowance cannot pay ends the visit before the call', async () => {
    const org = lab({ one: { provider: 'one', price: FLAT } }, 'one', { credits: { agents: { a: { grant: 0.025 } } } });
    let calls = 0;
    org.providers.one = service(() => ({ acts: [{ id: String(++calls), ...say('nobody', 'Think again.') }] }));
    const [report] = await org.turns(1);
    expect(calls).toBe(2);
    expect(report?.visits).toMatchObject([
      {
        outcome: 'cut',
        reason: 'credits',
        blame: 'credits',
        detail: 'the next call could cost 0.01 credits, and 0.005 may be spent',
        cost: 2 * CALL,
      },
    ]);
    expect(org.lines('notice').map(({ to, about }) => [to, about])).toEqual([
      ['a', 'cut'],
      ['human', 'cut'],
    ]);
    await org.look(({ state }) =>
      expect(agentState(state.staff, 'a')).toMatchObject({ starved: true, spent: 2 * CALL }),
    );
  });

  it('is not needed for a model that costs nothing', async () => {
    const org = lab({ one: { provider: 'mind' } }, 'one', { credits: {} });
    expect((await org.turns(1))[0]).toMatchObject({ spent: 0, visits: [{ outcome: 'ok' }] });
  });

  it('is what the first model of the chain with a price needs, to be due at all', async () => {
    const models = { none: { provider: 'one', fallback: ['dear'] }, dear: { provider: 'one', price: { per_call: 2 } } };
    const org = lab(models, 'none');
    org.providers.one = answers();
    expect((await org.turns(1))[0]?.visits).toMatchObject([{ outcome: 'skipped', blame: 'credits' }]);
  });
});

describe('an attempt that takes too long', () => {
  const slow = (more: object = {}) => {
    const org = lab(
      { one: { provider: 'one', ...ONCE, timeout_ms: 5000, ...more }, two: { provider: 'two', price: FLAT } },
      'one',
    );
    let asked: AbortSignal | null = null;
    org.providers.one = service((_prompt, signal) => {
      asked = signal;
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    org.providers.two = answers('In time.');
    return { org, signal: () => asked };
  };

  it('is aborted by the clock and counts as a timeout', async () => {
    const { org, signal } = slow();
    const start = org.clock.now();
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([
      { outcome: 'failed', blame: 'provider', reason: 'timeout: no answer within 5500 ms' },
    ]);
    expect(org.clock.now() - start).toBe(5500);
    expect(signal()?.aborted).toBe(true);
    expect(org.lines('failed')).toMatchObject([{ failure: 'timeout', ms: 5500, cost: 0 }]);
  });

  it('leaves the next model of the chain its own time', async () => {
    const { org } = slow({ fallback: ['two'] });
    await org.turns(1);
    expect(attemptsIn(org)).toEqual(['one 1.1: timeout', 'two 1.2: reply']);
  });

  it('is not cut off when the provider costs nothing and has no network', async () => {
    const { org } = slow();
    org.providers.one = service(
      async () => {
        await org.clock.sleep(60_000);
        return { text: 'Slowly.' };
      },
      { free: true },
    );
    expect((await org.turns(1))[0]?.visits).toMatchObject([{ outcome: 'ok' }]);
  });

  it('is aborted with its turn, which the next engine finishes', async () => {
    const { org } = slow();
    org.clock.sleep = (_ms, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const abort = new AbortController();
    const turn = org.turns(1, { signal: abort.signal });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    abort.abort(new Error('stop'));
    await expect(turn).rejects.toThrow();
    org.restart();
    org.providers.one = answers('Now.');
    expect(await org.turns(1)).toMatchObject([{ turn: 1, visits: [{ outcome: 'ok' }] }]);
  });
});

describe('what a provider sees of the outside', () => {
  it('is the environment by name, files as frozen, and the clock', async () => {
    const org = lab({ one: { provider: 'one', price: FLAT } }, 'one');
    org.env.API_KEY = 'secret';
    const seen: unknown[] = [];
    org.providers.one = service(() => ({}), {
      connect: async (model, outside) => {
        seen.push(
          model.provider,
          outside.env('API_KEY'),
          outside.env('OTHER'),
          outside.file('org/org.yaml') !== null,
          outside.file('no'),
        );
        const start = org.clock.now();
        await outside.sleep(30);
        seen.push(org.clock.now() - start);
        return { complete: async () => ({ text: '', acts: [], usage: null, requestId: null, model: '' }) };
      },
    });
    await org.turns(1);
    expect(seen.slice(0, 6)).toEqual(['one', 'secret', undefined, true, null, 30]);
  });

  it('is one connection for all turns, while the model stays as it is configured', async () => {
    const org = lab({ one: { provider: 'one', price: FLAT } }, 'one', {
      resumes: { a: { model: 'one', schedule: { when: 'always' } } },
    });
    let connects = 0;
    const { connect } = answers();
    org.providers.one = { ...answers(), connect: (...args) => connect(...args).finally(() => connects++) };
    await org.turns(3);
    expect(connects).toBe(1);
  });
});
