import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { lemming, office, turns, untilIdle } from '../people/world.ts';

type Rows = Record<string, { spent: number; calls: number }>;

const total = (rows: Rows) => Math.round(Object.values(rows).reduce((sum, row) => sum + row.spent, 0) * 1e6) / 1e6;

async function worked(): Promise<string> {
  const root = office();
  await lemming(root, ['send', 'manager', 'plan', '--task', 'T-1-human-1']);
  await lemming(root, ['send', 'planner', 'Hello']);
  await lemming(root, ['send', 'hr', 'garbage']);
  await untilIdle(root);
  return root;
}

describe('costs', () => {
  it.each(['agent', 'model', 'provider', 'turn', 'day', 'task', 'thread'])(
    'scenario 27: by %s, the totals equal the ledger',
    async (by) => {
      const root = await worked();
      const { data, exit } = await lemming(root, ['costs', '--by', by, '--json']);
      expect(exit).toBe(0);
      expect(data).toMatchObject({ granted: 30, spent: 0.04, reserved: 0, left: 29.96, in_doubt: 0 });
      expect(total(data[`by_${by}`])).toBe(data.spent);
      for (const always of ['by_agent', 'by_model', 'by_provider']) expect(total(data[always])).toBe(data.spent);
      expect((await lemming(root, ['costs', '--by', by])).out).toContain('0.04 credits spent of 30 granted');
    },
  );

  it('says what each agent, turn, conversation and task cost', async () => {
    const root = await worked();
    const rows = async (by: string): Promise<Rows> =>
      (await lemming(root, ['costs', '--by', by, '--json'])).data[`by_${by}`];
    expect(await rows('agent')).toMatchObject({
      manager: { spent: 0.02, calls: 2, granted: 10, left: 9.98 },
      planner: { spent: 0.02, calls: 2 },
      hr: { spent: 0, calls: 3 },
    });
    expect(await rows('turn')).toMatchObject({ 1: { spent: 0.02 }, 2: { spent: 0.01 }, 3: { spent: 0.01 } });
    expect(await rows('thread')).toMatchObject({ '000001-human-01': { spent: expect.closeTo(0.03) } });
    expect(await rows('task')).toMatchObject({
      'T-1-human-1': { spent: 0.01 },
      '(none)': { spent: expect.closeTo(0.03) },
    });
    expect(Object.keys(await rows('day'))).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d$/)]);
  });

  it('divides a visit among the conversations that it was given, to the last micro-credit', async () => {
    const root = office();
    for (const text of ['one', 'two', 'three']) await lemming(root, ['send', 'manager', text]);
    await turns(root, 1);
    const { by_thread } = (await lemming(root, ['costs', '--by', 'thread', '--json'])).data;
    expect(Object.values<{ spent: number }>(by_thread).map((row) => row.spent)).toEqual([0.003334, 0.003333, 0.003333]);
  });

  it('counts a settled doubt, and starts anew with a reset', async () => {
    const root = await worked();
    const request = { by: 'human', scope: 'credits', archive: 'x', ask: 'reset' } as const;
    await withEngine({ machine: realMachine, root, env: {} }, 'test', async (engine) =>
      engine.post([{ k: 'request', request, time: 1 }]),
    );
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 1);
    for (const by of ['agent', 'turn', 'thread', 'day']) {
      const { data } = await lemming(root, ['costs', '--by', by, '--json']);
      expect([data.spent, total(data[`by_${by}`])]).toEqual([0.01, 0.01]);
    }
  });
});

describe('costs: the forecast', () => {
  const forecast = async (root: string) => (await lemming(root, ['costs', '--json'])).data.forecast;

  it('goes by the last ten turns, quiet ones included', async () => {
    const root = office({ credits: { org: { cap: 1 }, agents: { manager: { grant: 0.05 }, planner: { grant: 10 } } } });
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 2);
    expect(await forecast(root)).toEqual({
      turns: 2,
      per_turn: 0.005,
      ends_at_turn: 2 + 0.99 / 0.005,
      agents: {
        manager: { per_turn: 0.005, ends_at_turn: 2 + 0.04 / 0.005 },
        planner: { per_turn: 0, ends_at_turn: null },
      },
    });
    const { out } = await lemming(root, ['costs']);
    expect(out).toContain(
      'At this pace (0.005 credits a turn, over the last 2 turns): the budget ends at turn 200\n' +
        '  manager (0.005 a turn): its budget ends at turn 10\n',
    );
    await turns(root, 9);
    expect(await forecast(root)).toMatchObject({ turns: 10, per_turn: 0, ends_at_turn: null });
    expect((await lemming(root, ['costs'])).out).not.toContain('pace');
  });

  it('names no end where no cap is, and begins anew with a reset', async () => {
    const root = await worked();
    expect(await forecast(root)).toMatchObject({ turns: 3, per_turn: 0.013333, ends_at_turn: null });
    expect((await lemming(root, ['costs'])).out).toContain(
      'At this pace (0.013333 credits a turn, over the last 3 turns)\n  manager',
    );
    const request = { by: 'human', scope: 'credits', archive: 'x', ask: 'reset' } as const;
    await withEngine({ machine: realMachine, root, env: {} }, 'test', async (engine) =>
      engine.post([{ k: 'request', request, time: 1 }]),
    );
    expect(await forecast(root)).toMatchObject({ turns: 0, per_turn: 0 });
  });

  it('names no later turn for an agent that cannot be called now', async () => {
    const root = office({ credits: { agents: { manager: { grant: 0.015 } } } });
    for (let turn = 1; turn <= 2; turn++) {
      await lemming(root, ['send', 'manager', 'Hello']);
      await turns(root, 1);
    }
    expect(await forecast(root)).toMatchObject({ agents: { manager: { ends_at_turn: 2, out_of_credits: true } } });
    expect((await lemming(root, ['costs'])).out).toContain('\n  manager: out of credits\n');
  });

  it('is there before the first turn', async () => {
    expect(await forecast(office())).toMatchObject({ turns: 0, per_turn: 0, ends_at_turn: null });
  });

  it('prints the agents that end first', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const root = office({
      edges: { human: names },
      resumes: {},
      credits: { agents: Object.fromEntries(names.map((name, i) => [name, { grant: 0.1 * (i + 1) }])) },
      rules: [{ reply: { text: '' } }],
    });
    for (const name of names) await lemming(root, ['send', name, 'Hello']);
    await turns(root, 1);
    const lines = (await lemming(root, ['costs'])).out.split('\n').filter((line) => line.startsWith('  '));
    expect(lines).toHaveLength(6);
    expect([lines[0], lines[5]]).toEqual(['  a (0.01 a turn): its budget ends at turn 10', '  1 more agent, later']);
  });
});

describe('costs --prices', () => {
  const models = {
    default: { provider: 'scripted', script: 'org/script.yaml' },
    mini: { provider: 'openai', model: 'gpt-4.1-mini-2025-04-14' },
    own: { provider: 'openai', model: 'gpt-4.1-mini', price: { input: 7, output: 9 } },
    call: { provider: 'openai-compatible', model: 'x', base_url: 'http://localhost:1', price: { per_call: 0.01 } },
    local: { provider: 'ollama', model: 'llama3' },
    elsewhere: { provider: 'anthropic', model: 'claude-next' },
    none: { provider: 'no-such' },
  };

  it('says what each model costs, and where that is from', async () => {
    const { data, exit } = await lemming(office({ models }), ['costs', '--prices', '--json']);
    expect(exit).toBe(0);
    expect(data).toMatchObject({ dated: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), source: expect.any(String) });
    expect(data.models).toEqual([
      { model: 'default', provider: 'scripted', name: null, from: 'free', price: {} },
      {
        model: 'mini',
        provider: 'openai',
        name: 'gpt-4.1-mini-2025-04-14',
        from: 'list',
        price: { input: 0.4, cached_input: 0.1, output: 1.6 },
      },
      {
        model: 'own',
        provider: 'openai',
        name: 'gpt-4.1-mini',
        from: 'org/models.yaml',
        price: { input: 7, output: 9 },
      },
      { model: 'call', provider: 'openai-compatible', name: 'x', from: 'org/models.yaml', price: { per_call: 0.01 } },
      { model: 'local', provider: 'ollama', name: 'llama3', from: 'free', price: {} },
      { model: 'elsewhere', provider: 'anthropic', name: 'claude-next', from: null, price: null },
      { model: 'none', provider: 'no-such', name: null, from: null, price: null },
    ]);
  });

  it('as text', async () => {
    const { out } = await lemming(office({ models }), ['costs', '--prices']);
    expect(out).toMatch(/^List prices of \d{4}-\d\d-\d\d, from npm package/);
    expect(out).toMatch(/^mini +openai +gpt-4.1-mini-2025-04-14 +0.4 +0.1 +- +1.6 +- +list$/m);
    expect(out).toMatch(/^local .* costs nothing$/m);
    expect(out).toMatch(/^elsewhere .* no known price, so the model cannot be called$/m);
  });

  it('has no heading', async () => {
    const { exit, err } = await lemming(office(), ['costs', '--prices', '--by', 'agent']);
    expect([exit, err]).toEqual([2, expect.stringContaining('--prices')]);
  });
});
