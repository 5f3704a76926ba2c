import { describe, expect, it } from 'vitest';
import { withEngine } from '../../src/engine/open.ts';
import { lemming, office, turns, untilIdle } from './people-world.ts';

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
    await withEngine({ root, env: {} }, 'test', async (engine) => engine.post([{ k: 'request', request, time: 1 }]));
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 1);
    for (const by of ['agent', 'turn', 'thread', 'day']) {
      const { data } = await lemming(root, ['costs', '--by', by, '--json']);
      expect([data.spent, total(data[`by_${by}`])]).toEqual([0.01, 0.01]);
    }
  });
});
