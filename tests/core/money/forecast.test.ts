import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prompt } from '../../../src/core/model/call.ts';
import type { Config } from '../../../src/core/model/config.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { emptyAgent } from '../../../src/core/model/state/staff.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import {
  endsAtTurn,
  leastCost,
  leftByAgent,
  leftOfOrg,
  likelyTokens,
  paceOf,
} from '../../../src/core/money/forecast.ts';
import { worstCase } from '../../../src/core/money/ledger.ts';

const commit = (turn: number): Entry => ({ k: 'commit', turn, lock: 1 });
const reply = (agent: string, cost: number): Entry => ({
  k: 'reply',
  turn: 1,
  agent,
  n: 1,
  attempt: 1,
  cost,
  over: 0,
  ms: 1,
  reply: { text: '', acts: [], usage: null, requestId: null, model: 'm' },
});
const failed = (agent: string, cost: number): Entry => ({
  k: 'failed',
  turn: 1,
  agent,
  n: 1,
  attempt: 1,
  cost,
  ms: 1,
  failure: 'timeout',
  message: '',
  usage: null,
  requestId: null,
});
const reset = (scope: 'credits' | 'mail' | 'all'): Entry => ({
  k: 'request',
  request: { ask: 'reset', by: 'human', scope, archive: '' },
  time: 0,
});

const prompt: Prompt = {
  agent: 'a',
  turn: 1,
  n: 1,
  system: '12345',
  parts: [{ role: 'user', text: '123' }],
  tools: [],
  maxOutputTokens: 100,
  mail: [],
  summaryDue: false,
  seed: '',
};

describe('the pace', () => {
  it('is what the calls of the turns cost, failed ones and quiet turns included', () => {
    const lines = [reply('a', 5), failed('b', 2), commit(1), commit(2), reply('a', 1), commit(3)];
    expect(paceOf(lines)).toEqual({
      turns: 3,
      spent: 8,
      byAgent: new Map([
        ['a', 6],
        ['b', 2],
      ]),
    });
  });

  it('leaves out a turn that is not committed', () => {
    expect(paceOf([reply('a', 5), commit(1), reply('a', 7)])).toMatchObject({ turns: 1, spent: 5 });
  });

  it.each(['credits', 'all'] as const)('begins anew when %s are reset', (scope) => {
    expect(paceOf([reply('a', 5), commit(1), reset(scope)])).toEqual({ turns: 0, spent: 0, byAgent: new Map() });
    expect(paceOf([reply('a', 5), commit(1), reset(scope), reply('a', 3), commit(2)])).toMatchObject({
      turns: 1,
      spent: 3,
    });
    expect(paceOf([reply('a', 5), commit(1), reset('mail')])).toMatchObject({ spent: 5 });
  });
});

describe('the end of a budget', () => {
  it.each([
    ['ten turns more', 5, 100, 30, 3, 15],
    ['what does not divide is no turn', 5, 109, 30, 3, 15],
    ['not even one', 5, 9, 30, 3, 5],
    ['nothing is left', 5, 0, 30, 3, 5],
    ['more than all is gone', 5, -20, 30, 3, 5],
    ['turns cost nothing', 5, 100, 0, 3, null],
    ['no turn was made', 0, 100, 0, 0, null],
  ])('%s', (_what, last, left, spent, turns, end) => expect(endsAtTurn(last, left, spent, turns)).toBe(end));

  it('is of what is neither spent, nor reserved, nor in doubt', () => {
    const state = emptyState();
    Object.assign(state.money.org, { spent: 10, doubt: 5 });
    state.staff.agents.set('a', { ...emptyAgent(), granted: 50, spent: 10, doubt: 5 });
    state.staff.agents.set('b', { ...emptyAgent(), spent: 0 });
    state.calls.open.set('k', { agent: 'a', unit: null, reserve: 7 } as never);
    const credits = { org: { cap: 100 }, units: {}, agents: { a: { grant: 30 }, c: { grant: 0 } } };
    const config = { order: ['a', 'b'], credits } as unknown as Config;
    expect(leftOfOrg(config, state)).toBe(78);
    expect(leftByAgent(config, state)).toEqual(new Map([['a', 58]]));
    expect(leftOfOrg({ ...config, credits: { ...config.credits, org: {} } }, state)).toBeNull();
  });
});

describe('what a call may cost', () => {
  it('counts four characters of the prompt as a token, rounded up', () => {
    expect(likelyTokens(prompt)).toBe(2);
    expect(likelyTokens({ ...prompt, system: '123456' })).toBe(3);
    const tool = { name: 't', description: 'd', input: {} };
    expect(likelyTokens({ ...prompt, tools: [tool] })).toBe(Math.ceil((8 + JSON.stringify([tool]).length) / 4));
    expect(
      likelyTokens({ ...prompt, parts: [{ role: 'assistant', text: 'x'.repeat(400), acts: [] }] }),
    ).toBeGreaterThan(100);
  });

  it.each([
    [{ input: 1_000_000 }, 3, 3],
    [{ input: 1_000_000, cached_input: 100_000 }, 10, 1],
    [{ input: 1_000_000, cached_input: 2_000_000 }, 10, 10],
    [{ input: 1, output: 5 }, 3, 1],
    [{ per_call: 70 }, 1000, 70],
    [{}, 1000, 0],
  ])('at %j, %i tokens cost at least %i', (price, tokens, cost) => expect(leastCost(price, tokens)).toBe(cost));

  it('at least is never above at most', () => {
    const amount = fc.option(fc.nat(100_000_000), { nil: undefined });
    const price = fc.record({
      input: amount,
      cached_input: amount,
      cache_write: amount,
      output: amount,
      per_call: amount,
    });
    fc.assert(
      fc.property(price, fc.nat(1_000_000), fc.nat(100_000), (given, characters, output) => {
        expect(leastCost(given, Math.ceil(characters / 4))).toBeLessThanOrEqual(worstCase(given, characters, output));
      }),
    );
  });
});
