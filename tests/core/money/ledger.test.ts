import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import type { Config } from '../../../src/core/model/config.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import {
  type Allowance,
  allowances,
  balanceOf,
  balanceOfOrg,
  charge,
  chargeFailed,
  costOf,
  countCredits,
  leftFor,
  printCredits,
  softCapsPassed,
  type Want,
  worstCase,
} from '../../../src/core/money/ledger.ts';
import type { Caps } from '../../../src/schema/config/credits.ts';
import type { Price } from '../../../src/schema/config/models.ts';
import { asked, EVERY, HIRED, intent, journals, opened, replied, reply } from '../entries.ts';
import { configOf, stateOf } from '../world.ts';

/** Amounts here are micro-credits, as after parsing. */
const base = configOf({
  edges: { human: ['a'], a: [], b: [], c: [], d: [] },
  resumes: { a: { unit: 'crew' }, b: { unit: 'crew' } },
  files: { 'org/units/crew.md': '---\n---\n' },
});

type AgentCaps = { grant: number; soft?: number; per_turn?: number; per_day?: number };

function withCaps(agents: Record<string, AgentCaps>, org: Caps = {}, units: Record<string, Caps> = {}): Config {
  return { ...base, credits: { version: 1, org, units, agents } };
}

/** Spent by one call in a turn of that day. */
function spends(agent: string, cost: number, unit: string | null = null, day = 0): Entry[] {
  return [opened(1, day * 86_400_000), intent({ agent, unit, reserve: cost }), replied({ agent, cost })];
}

function doubts(agent: string, reserve: number, unit: string | null = null): Entry[] {
  return [intent({ agent, unit, reserve, n: 7 }), { ...EVERY.recovered, doubt: [`1.${agent}.7.1`] }];
}

function given(
  config: Config,
  state: State,
  wants: [string, number][],
  budget?: number,
): Record<string, number | string> {
  const result = allowances(
    config,
    state,
    wants.map(([agent, need]) => ({ agent, need })),
    budget,
  );
  return Object.fromEntries([...result].map(([agent, allowance]) => [agent, amountOf(allowance)]));
}

function amountOf(allowance: Allowance): number | string {
  return 'amount' in allowance ? allowance.amount : allowance.short.scope;
}

describe('what is left for an agent', () => {
  it('is its own balance, and of the caps of its unit and the organisation where there are such', () => {
    const agents = { a: { grant: 1000 }, c: { grant: 500 } };
    const state = stateOf(...spends('a', 60, 'crew'));
    const left = (config: Config, agent = 'a', at = state) =>
      leftFor(config, at, agent).map(({ of, left }) => [of, left]);
    expect(left(withCaps(agents))).toEqual([['a', 940]]);
    expect(left(withCaps(agents, {}, { crew: { soft: 10 } }))).toEqual([['a', 940]]);
    const capped = withCaps(agents, { cap: 3000 }, { crew: { cap: 2000 } });
    expect(left(capped)).toEqual([
      ['a', 940],
      ['@crew', 1940],
      ['org', 2940],
    ]);
    expect(left(capped, 'c')).toEqual([
      ['c', 500],
      ['org', 2940],
    ]);
    expect(left(capped, 'a', emptyState())).toEqual([
      ['a', 1000],
      ['@crew', 2000],
      ['org', 3000],
    ]);
  });
});

describe('a balance', () => {
  it('is what was granted less what was spent, is reserved or in doubt', () => {
    const config = withCaps({ a: { grant: 1000 }, b: { grant: 0 } });
    const top: Entry = asked({ ask: 'top-up', by: 'human', agent: 'a', amount: 50, note: '' });
    const state = stateOf(
      ...spends('a', 100),
      ...doubts('a', 30),
      top,
      intent({ agent: 'a', n: 2, reserve: 7 }),
      intent({ agent: 'b', reserve: 5 }),
    );
    expect(balanceOf(config, state, 'a')).toEqual({ granted: 1050, spent: 100, reserved: 7, doubt: 30, left: 913 });
    expect(balanceOf(config, state, 'd')).toEqual({ granted: 0, spent: 0, reserved: 0, doubt: 0, left: 0 });
    expect(balanceOfOrg(config, state)).toEqual({ granted: 1050, spent: 100, reserved: 12, doubt: 30, left: 908 });
  });

  it('adds up after any journal: granted = left + spent + reserved + in doubt', () => {
    const config = withCaps({ a: { grant: 1000 }, b: { grant: 5 }, d: { grant: 1 } });
    fc.assert(
      fc.property(journals, (entries) => {
        const state = emptyState();
        for (const entry of entries) {
          apply(state, entry);
          const balances = [
            balanceOfOrg(config, state),
            ...['a', 'b', 'c', 'd'].map((agent) => balanceOf(config, state, agent)),
          ];
          for (const { granted, left, spent, reserved, doubt } of balances)
            expect(granted).toBe(left + spent + reserved + doubt);
          const open = [...state.calls.open.values()].reduce((sum, { reserve }) => sum + reserve, 0);
          expect(balances[0]).toMatchObject({
            reserved: open,
            spent: state.money.org.spent,
            doubt: state.money.org.doubt,
          });
        }
      }),
    );
  });
});

describe('the cost of a call', () => {
  const usage = { input: 1_000_000, cachedInput: 500_000, cacheWrite: 200_000, output: 100_000, reasoning: 50_000 };

  it.each([
    [{}, 0],
    [{ per_call: 7 }, 7],
    [{ input: 10 }, 10 + 5 + 2],
    [{ input: 10, cached_input: 1 }, 10 + 1 + 2],
    [{ input: 10, cached_input: 1, cache_write: 20 }, 10 + 1 + 4],
    [{ cached_input: 4 }, 2],
    [{ output: 30 }, 3],
    [{ per_call: 7, output: 30 }, 10],
    [{ output: 1 }, 1],
  ] as [Price, number][])('by %j: %i', (price, cost) => {
    expect(costOf(price, usage)).toBe(cost);
  });

  const amount = fc.option(fc.integer({ min: 0, max: 100_000_000 }), { nil: undefined });
  const prices = fc
    .record({ input: amount, cached_input: amount, cache_write: amount, output: amount, per_call: amount })
    .map((price) => JSON.parse(JSON.stringify(price)) as Price);
  const tokens = fc.integer({ min: 0, max: 200_000 });

  it('is never above the worst case, whatever the usage within the request', () => {
    fc.assert(
      fc.property(
        prices,
        tokens,
        tokens,
        tokens,
        tokens,
        fc.nat(1000),
        (price, input, cachedInput, cacheWrite, output, more) => {
          const worst = worstCase(price, input + cachedInput + cacheWrite + more, output + more);
          expect(costOf(price, { input, cachedInput, cacheWrite, output, reasoning: 0 })).toBeLessThanOrEqual(worst);
          expect(Number.isSafeInteger(worst)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is charged up to the reserve, and the excess is told', () => {
    fc.assert(
      fc.property(prices, tokens, tokens, fc.nat(1_000_000), (price, input, output, reserve) => {
        const usage = { input, cachedInput: 0, cacheWrite: 0, output, reasoning: 0 };
        const said = reply({ usage });
        const { cost, over } = charge(price, said, 0, reserve);
        expect(cost).toBeLessThanOrEqual(reserve);
        expect(cost + over).toBe(costOf(price, usage));
        expect(Math.min(cost, over)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is estimated when the provider reports no usage: three characters a token, rounded up', () => {
    const price: Price = { input: 1_000_000, output: 2_000_000 };
    expect(charge(price, reply({ text: 'x'.repeat(4), usage: null }), 7, 100)).toEqual({
      cost: 3 + 4,
      over: 0,
      flag: 'no usage',
    });
  });

  it.each([
    ['doubtful by its own word', { input: 5, output: 1, doubtful: true as const }],
    ['without input', { input: 0, output: 9 }],
    ['without output though something was said', { input: 900, output: 0 }],
  ])('is the larger of what was reported and the estimate when the usage is %s, and flagged', (_what, counts) => {
    const price: Price = { input: 1_000_000, output: 2_000_000 };
    const usage = { cachedInput: 0, cacheWrite: 0, reasoning: 0, ...counts };
    const charged = charge(price, reply({ text: 'x'.repeat(30), usage }), 600, 1e9);
    expect(charged).toEqual({ cost: Math.max(200 + 20, costOf(price, usage)), over: 0, flag: 'doubtful usage' });
    expect(charge(price, reply({ text: 'x'.repeat(30), usage }), 600, 100).cost).toBe(100);
  });

  it('is what the back end itself says, within the reserve', () => {
    const price: Price = { per_call: 500 };
    expect(charge(price, { ...reply({ usage: null }), cost: 120 }, 0, 500)).toEqual({ cost: 120, over: 0 });
    expect(charge(price, { ...reply({ usage: null }), cost: 620 }, 0, 500)).toEqual({ cost: 500, over: 120 });
  });

  it('of a call that failed is its usage, else an estimate once the service had begun to answer, else nothing', () => {
    const price: Price = { input: 1_000_000, output: 2_000_000 };
    const usage = { input: 10, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    expect(chargeFailed(price, { usage: null, received: null }, 600, 1e9)).toBe(0);
    expect(chargeFailed(price, { usage, received: 30 }, 600, 1e9)).toBe(10);
    expect(chargeFailed(price, { usage: null, received: 30 }, 600, 1e9)).toBe(200 + 20);
    expect(chargeFailed(price, { usage: { ...usage, doubtful: true }, received: 30 }, 600, 1e9)).toBe(220);
    expect(chargeFailed(price, { usage: { ...usage, doubtful: true }, received: null }, 600, 1e9)).toBe(10);
    expect(chargeFailed(price, { usage: null, received: 30 }, 600, 100)).toBe(100);
  });

  it('is estimated for what a reply asks for as well as for what it says', () => {
    const acts = [{ id: '1', tool: 'send_message', input: { to: 'b', body: 'x'.repeat(3000) } }];
    expect(charge({ output: 1_000_000 }, reply({ acts, usage: null }), 0, 1e9).cost).toBeGreaterThanOrEqual(1000);
  });
});

describe('allowances', () => {
  const rich: AgentCaps = { grant: 1000 };

  it.each([
    [
      'all that an agent has, when nothing is shared',
      withCaps({ a: rich, b: { grant: 5 } }),
      [
        ['a', 10],
        ['b', 1],
      ],
      undefined,
      { a: 1000, b: 5 },
    ],
    ['nothing without a grant, for calls that cost nothing', withCaps({}), [['a', 0]], undefined, { a: 0 }],
    ['no call that costs something without a grant', withCaps({}), [['a', 1]], undefined, { a: 'a' }],
    ['no call that costs more than is left', withCaps({ a: { grant: 9 } }), [['a', 10]], undefined, { a: 'a' }],
    ['no more than a limit of the turn', withCaps({ a: { ...rich, per_turn: 50 } }), [['a', 10]], undefined, { a: 50 }],
    [
      'no call above a limit of the turn',
      withCaps({ a: { ...rich, per_turn: 5 } }),
      [['a', 10]],
      undefined,
      { a: 'a per turn' },
    ],
    ['no more than a limit of the day', withCaps({ a: { ...rich, per_day: 70 } }), [['a', 10]], undefined, { a: 70 }],
    [
      'equal shares of the cap of the org',
      withCaps({ a: rich, b: rich, c: rich }, { cap: 100 }),
      [
        ['a', 10],
        ['b', 10],
        ['c', 10],
      ],
      undefined,
      { a: 33, b: 33, c: 34 },
    ],
    [
      'what the poor cannot take to the rich',
      withCaps({ a: { grant: 10 }, c: rich }, { cap: 100 }),
      [
        ['a', 10],
        ['c', 10],
      ],
      undefined,
      { a: 10, c: 90 },
    ],
    [
      'first calls before shares',
      withCaps({ a: rich, b: rich, c: rich }, { cap: 30 }),
      [
        ['a', 10],
        ['b', 10],
        ['c', 10],
      ],
      undefined,
      { a: 10, b: 10, c: 10 },
    ],
    [
      'first calls in the order of the wants',
      withCaps({ a: rich, b: rich, c: rich }, { cap: 25 }),
      [
        ['c', 10],
        ['a', 10],
        ['b', 10],
      ],
      undefined,
      { c: 12, a: 13, b: 'org' },
    ],
    [
      'a small first call after one that does not fit',
      withCaps({ a: rich, b: rich }, { cap: 25 }),
      [
        ['a', 30],
        ['b', 10],
      ],
      undefined,
      { a: 'org', b: 25 },
    ],
    [
      'equal shares of the cap of a unit',
      withCaps({ a: rich, b: rich, c: rich }, {}, { crew: { cap: 50 } }),
      [
        ['a', 10],
        ['b', 10],
        ['c', 10],
      ],
      undefined,
      { a: 25, b: 25, c: 1000 },
    ],
    [
      'no first call above the cap of its unit',
      withCaps({ a: rich, b: rich }, {}, { crew: { cap: 15 } }),
      [
        ['a', 10],
        ['b', 10],
      ],
      undefined,
      { a: 15, b: '@crew' },
    ],
    [
      'no more than a limit of the turn of a unit or the org',
      withCaps({ a: rich, c: rich }, { per_turn: 60 }, { crew: { per_turn: 20 } }),
      [
        ['a', 10],
        ['c', 10],
      ],
      undefined,
      { a: 20, c: 40 },
    ],
    [
      'no first call above the limit of the turn of the org',
      withCaps({ a: rich }, { per_turn: 5 }),
      [['a', 10]],
      undefined,
      { a: 'org per turn' },
    ],
    [
      'no first call above the limit of the day of a unit',
      withCaps({ a: rich }, {}, { crew: { per_day: 5 } }),
      [['a', 10]],
      undefined,
      { a: '@crew per day' },
    ],
    [
      'no more than the budget of a run',
      withCaps({ a: rich, c: rich }, { cap: 500 }),
      [
        ['a', 10],
        ['c', 10],
      ],
      30,
      { a: 15, c: 15 },
    ],
    ['no call above the budget of a run', withCaps({ a: rich }), [['a', 10]], 5, { a: '--max-cost' }],
    ['a free call when everything is used up', withCaps({ a: { grant: 0 } }, { cap: 0 }), [['a', 0]], 0, { a: 0 }],
  ] as [string, Config, [string, number][], number | undefined, object][])(
    'give %s',
    (_what, config, wants, budget, expected) => {
      expect(given(config, emptyState(), wants, budget)).toEqual(expected);
    },
  );

  it.each([
    ['spent', spends('a', 40, 'crew')],
    ['in doubt', doubts('a', 40, 'crew')],
    ['reserved', [intent({ agent: 'a', unit: 'crew', reserve: 40 })]],
  ])('count what was %s, on the agent, its unit and the org', (_what, entries) => {
    const state = stateOf(...entries);
    expect(given(withCaps({ a: { grant: 50 } }), state, [['a', 1]])).toEqual({ a: 10 });
    expect(given(withCaps({ a: { grant: 1000, per_day: 50 } }), state, [['a', 1]])).toEqual({ a: 10 });
    expect(given(withCaps({ a: rich, b: rich }, {}, { crew: { cap: 45 } }), state, [['b', 1]])).toEqual({ b: 5 });
    expect(given(withCaps({ c: rich }, { cap: 42 }), state, [['c', 1]])).toEqual({ c: 2 });
    expect(given(withCaps({ c: rich }, { cap: 30 }), state, [['c', 0]])).toEqual({ c: 0 });
  });

  it('count for a day only what was spent on it', () => {
    const config = withCaps({ a: { grant: 1000, per_day: 50 }, c: rich }, { per_day: 60 }, { crew: { per_day: 55 } });
    expect(given(config, stateOf(...spends('a', 40, 'crew', 3)), [['a', 1]])).toEqual({ a: 10 });
    expect(given(config, stateOf(...spends('a', 40, 'crew', 3)), [['c', 1]])).toEqual({ c: 20 });
    expect(given(config, stateOf(...spends('a', 40, 'crew', 3), opened(2, 4 * 86_400_000)), [['a', 1]])).toEqual({
      a: 50,
    });
  });

  const cap = fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined });
  const caps = fc
    .record({ cap, per_turn: cap, per_day: cap })
    .map((limits) => JSON.parse(JSON.stringify(limits)) as Caps);
  const names = ['a', 'b', 'c', 'd'];
  const agentsCaps = fc.array(fc.record({ grant: fc.nat(300), per_turn: cap, per_day: cap }), {
    minLength: 4,
    maxLength: 4,
  });
  const configs = fc
    .record({ agents: agentsCaps, org: caps, crew: caps })
    .map(({ agents, org, crew }) =>
      withCaps(
        Object.fromEntries(agents.map((limits, i) => [names[i], JSON.parse(JSON.stringify(limits)) as AgentCaps])),
        org,
        { crew },
      ),
    );
  const pasts = fc.array(
    fc.record({
      agent: fc.constantFrom(...names),
      amount: fc.nat(80),
      open: fc.constantFrom('spent', 'doubt', 'reserved'),
    }),
    { maxLength: 5 },
  );
  const wants = fc
    .shuffledSubarray(names)
    .chain((order) => fc.tuple(...order.map((agent) => fc.nat(60).map((need): Want => ({ agent, need })))));

  function past(list: { agent: string; amount: number; open: string }[]): State {
    const state = stateOf(opened(1, 0));
    for (const [i, { agent, amount, open }] of list.entries()) {
      const call = { agent, n: i + 1, unit: base.agents.get(agent)?.unit ?? null };
      apply(state, intent({ ...call, reserve: amount }));
      if (open === 'spent') apply(state, replied({ agent, n: i + 1, cost: amount }));
      if (open === 'doubt') apply(state, { ...EVERY.recovered, doubt: [`1.${agent}.${i + 1}.1`] });
    }
    return state;
  }

  /** What an account may still spend by its limits; never below nothing. */
  function room(
    limits: Caps & { grant?: number },
    account: { spent: number; doubt: number; daySpent: number },
    reserved: number,
  ): number {
    const { cap: most = Infinity, grant = Infinity, per_turn = Infinity, per_day = Infinity } = limits;
    const used = account.doubt + reserved;
    return Math.max(
      0,
      Math.min(most - account.spent - used, grant - account.spent - used, per_turn, per_day - account.daySpent - used),
    );
  }

  function passed(config: Config, state: State, amounts: Map<string, number>, budget: number): string[] {
    const none = { spent: 0, doubt: 0, daySpent: 0 };
    const sum = (of: (agent: string) => boolean) =>
      [...amounts].reduce((total, [agent, amount]) => total + (of(agent) ? amount : 0), 0);
    const reserved = (of: (call: { agent: string; unit: string | null }) => boolean) =>
      [...state.calls.open.values()].reduce((total, call) => total + (of(call) ? call.reserve : 0), 0);
    const scopes: [string, number, number][] = [
      [
        'org',
        sum(() => true),
        Math.min(
          budget,
          room(
            config.credits.org,
            state.money.org,
            reserved(() => true),
          ),
        ),
      ],
      [
        'crew',
        sum((agent) => config.agents.get(agent)?.unit === 'crew'),
        room(
          config.credits.units.crew ?? {},
          state.money.units.get('crew') ?? none,
          reserved((call) => call.unit === 'crew'),
        ),
      ],
      ...names.map((name): [string, number, number] => [
        name,
        sum((agent) => agent === name),
        room(
          config.credits.agents[name] ?? {},
          state.staff.agents.get(name) ?? none,
          reserved((call) => call.agent === name),
        ),
      ]),
    ];
    return scopes.flatMap(([scope, spent, most]) => (spent > most ? [`${scope}: ${spent} > ${most}`] : []));
  }

  it('never pass a cap in their sum, and pay at least the first call of everyone who is not short', () => {
    fc.assert(
      fc.property(configs, pasts, wants, cap, (config, list, wanted, budget = Infinity) => {
        const state = past(list);
        const result = allowances(config, state, wanted, budget);
        expect([...result.keys()].sort()).toEqual(wanted.map(({ agent }) => agent).sort());
        const amounts = new Map(
          [...result].flatMap(([agent, allowance]): [string, number][] =>
            'amount' in allowance ? [[agent, allowance.amount]] : [],
          ),
        );
        expect(passed(config, state, amounts, budget)).toEqual([]);
        for (const { agent, need } of wanted) expect(amounts.get(agent) ?? need).toBeGreaterThanOrEqual(need);
        for (const amount of amounts.values()) expect(Number.isSafeInteger(amount)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuse a first call only when it, with those before it, does not fit', () => {
    fc.assert(
      fc.property(configs, pasts, wants, (config, list, wanted) => {
        const state = past(list);
        const result = allowances(config, state, wanted);
        const needs = new Map<string, number>();
        for (const { agent, need } of wanted) {
          const allowance = result.get(agent);
          if (allowance && 'short' in allowance)
            expect(passed(config, state, new Map([...needs, [agent, need]]), Infinity)).not.toEqual([]);
          else needs.set(agent, need);
        }
      }),
    );
  });

  it('are the same for the same wants, and give to equals the same but for the rest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 500 }), (most) => {
        const config = withCaps({ a: rich, b: rich, c: rich, d: rich }, { cap: most });
        const amounts = Object.values(
          given(
            config,
            emptyState(),
            names.map((name): [string, number] => [name, 10]),
          ),
        ) as number[];
        expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(most);
        expect(Math.max(...amounts) - Math.min(...amounts)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('agents that were hired', () => {
  const hired = (agent: string, by: string, credits: number): Entry => ({ ...HIRED, agent, by, credits, from: by });
  const config = withCaps({ a: { grant: 100, per_turn: 30, per_day: 60 }, d: { grant: 0, per_turn: 1 } });
  const state = stateOf(opened(1), hired('b', 'a', 50), hired('c', 'b', 40), hired('d', 'a', 5));

  it('have the limits of a turn and a day of who hired them, unless credits.yaml names them', () => {
    const wants = ['a', 'b', 'c', 'd'].map((agent) => ({ agent, need: 1 }));
    const found = [...allowances(config, state, wants)].map(([agent, allowance]) => [agent, amountOf(allowance)]);
    expect(found).toEqual([
      ['a', 30],
      ['b', 10],
      ['c', 30],
      ['d', 1],
    ]);
  });

  it('what is promised is not spent', () => {
    const [[, allowance] = []] = allowances(config, state, [{ agent: 'a', need: 1, promised: 40 }]);
    expect(allowance).toEqual({ amount: 5 });
    expect(allowances(config, state, [{ agent: 'a', need: 6, promised: 40 }]).get('a')).toMatchObject({
      short: { scope: 'a', amount: 5, key: null },
    });
  });

  it('make the sum of what is granted neither more nor less', () => {
    expect(balanceOfOrg(config, state).granted).toBe(100);
  });
});

describe('soft caps', () => {
  const config = withCaps(
    { a: { grant: 1, soft: 40 }, b: { grant: 1 }, c: { grant: 1, soft: 0 } },
    { soft: 50 },
    { crew: { soft: 30 }, other: { soft: 0 }, none: {} },
  );

  it.each([
    [29, []],
    [30, ['@crew']],
    [40, ['@crew', 'a']],
    [50, ['org', '@crew', 'a']],
  ])('after %i: %j', (cost, scopes) => {
    expect(softCapsPassed(config, stateOf(...spends('a', cost, 'crew'))).map(({ scope }) => scope)).toEqual(scopes);
  });

  it('are told with what was spent, and once', () => {
    const state = stateOf(...spends('a', 60, 'crew'), { k: 'warned', scope: 'org' }, { k: 'warned', scope: '@crew' });
    expect(softCapsPassed(config, state)).toEqual([{ scope: 'a', spent: 60, soft: 40 }]);
  });
});

it.each([
  [12_500_000, '12.5'],
  [1, '0.000001'],
  [0, '0'],
  [-1_000_000, '-1'],
  [1_000_000_000_000_000, '1000000000'],
])('%i micro-credits are %s credits', (micro, credits) => {
  expect(printCredits(micro)).toBe(credits);
});

it('an amount of credits is in the singular for one alone', () => {
  expect([0, 1_000_000, 100_000, 2_000_000].map(countCredits)).toEqual([
    '0 credits',
    '1 credit',
    '0.1 credits',
    '2 credits',
  ]);
});
