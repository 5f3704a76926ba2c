import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import * as costsCommand from '../../../src/commands/look/costs.ts';
import * as reconcileCommand from '../../../src/commands/money/reconcile.ts';
import { NOTHING_KEPT } from '../../../src/disk/cache/kept.ts';
import { realClock } from '../../../src/disk/fs/clock.ts';
import { realHost } from '../../../src/disk/fs/host.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { machineOwner } from '../../../src/disk/owner/owner.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { buildOrg, type OrgPlan } from '../../../src/testing/build-org.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { gate } from '../../providers/fake-service.ts';
import { checked } from '../checked.ts';
import { ask, RELAY } from '../relay.ts';
import { faultsOf, inputOf, scratch, testWorld } from '../world.ts';

const costs = checked(costsCommand);
const run = checked(reconcileCommand);

/** Asking `paid` again may be billed again. */
const PAID: OrgPlan = {
  edges: { human: ['a', 'b'], a: ['human'], b: ['human'] },
  models: { default: { provider: 'paid', price: { per_call: 0.25 } } },
  credits: { agents: { a: { grant: 10 }, b: { grant: 10 } } },
};

interface Data {
  in_doubt: {
    key: string;
    agent: string;
    model: string;
    turn: number;
    reserve: number;
    hash: string;
    time: number;
    booked: boolean;
  }[];
  stopped: { model: string; why: string }[];
  settled?: string[];
  takes_effect?: string;
}

const reconcile = async (
  root: string,
  args: Record<string, string> = {},
  flags: Record<string, number | boolean> = {},
) => {
  const outcome = await run(testWorld(root), inputOf({ args, flags }));
  return { ...outcome, data: outcome.data as Data };
};

const provider = (
  complete: () => Promise<never> | ReturnType<Awaited<ReturnType<Provider['connect']>>['complete']>,
): Provider => ({ about: 'bills each call', repeatable: false, free: false, connect: async () => ({ complete }) });

const reply = (over = 0) => ({
  text: 'Hello.',
  acts: [],
  usage: over ? { input: over, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 } : null,
  requestId: 'r',
  model: 'paid',
});

/** Opens the org with that provider; a `crash` leaves the engine as a killed process would, when it comes. */
async function turn(root: string, paid: Provider, crash?: Promise<void>): Promise<void> {
  const host = realHost(root);
  const mine = crash ? { ...host, pid: 999_999_999, startOf: () => 'gone' } : host;
  const engine = Engine.open(
    {
      disk: realDisk(root),
      kept: NOTHING_KEPT,
      clock: realClock,
      host: mine,
      env: {},
      owner: machineOwner({}),
      provider: async () => paid,
    },
    TOOLS,
    'run',
  );
  if (crash) return void (await Promise.race([engine.turn(), crash]));
  await engine.turn();
  engine.close();
}

/** An org whose engine was killed while both calls were under way. */
async function cutOff(): Promise<string> {
  const root = scratch();
  buildOrg(realDisk(root), PAID);
  ask(root, 'a');
  ask(root, 'b');
  let begun = 0;
  const crash = gate();
  const hanging = provider(() => {
    if (++begun === 2) crash.letGo();
    return new Promise<never>(() => {});
  });
  await turn(root, hanging, crash.open);
  return root;
}

describe('reconcile', () => {
  it('lists nothing where nothing is in doubt', async () => {
    const root = scratch();
    buildOrg(realDisk(root), RELAY);
    expect((await reconcile(root)).data).toEqual({ in_doubt: [], stopped: [] });
  });

  it('lists calls right after the kill, and after the recovery, with reserve, request and time', async () => {
    const root = await cutOff();
    const before = (await reconcile(root)).data.in_doubt;
    expect(before.map(({ key, booked }) => [key, booked])).toEqual([
      ['1.a.1.1', false],
      ['1.b.1.1', false],
    ]);
    expect(await faultsOf(reconcile(root, { key: '1.a.1.1' }, { billed: 0 }))).toEqual(['locked']);
    await turn(
      root,
      provider(async () => reply()),
    );
    const after = (await reconcile(root)).data.in_doubt;
    expect(after.map((doubt) => ({ ...doubt, booked: false }))).toEqual(before);
    expect(after[0]).toMatchObject({ agent: 'a', model: 'default', turn: 1, reserve: 0.25, booked: true });
    expect(after[0]?.hash).toMatch(/^[\w-]{43}$/);
    expect(after[0]?.time).toBeGreaterThan(1.7e12);
  });

  it('settles one by the invoice, then all, and the ledger follows', async () => {
    const root = await cutOff();
    await turn(
      root,
      provider(async () => reply()),
    );
    expect((await costs(testWorld(root), inputOf())).data).toMatchObject({ in_doubt: 0.5, spent: 0.5 });
    const one = await reconcile(root, { key: '1.a.1.1' }, { billed: 200_000 });
    expect(one.data).toMatchObject({ settled: ['1.a.1.1'], takes_effect: 'now' });
    expect(one.data.in_doubt.map(({ key }) => key)).toEqual(['1.b.1.1']);
    expect((await costs(testWorld(root), inputOf())).data).toMatchObject({ in_doubt: 0.25, spent: 0.7 });
    expect((await reconcile(root, {}, { all: true, billed: 0 })).data).toMatchObject({
      settled: ['1.b.1.1'],
      in_doubt: [],
    });
    expect((await costs(testWorld(root), inputOf())).data).toMatchObject({ in_doubt: 0, spent: 0.7 });
  });

  it('lists a stopped model with the reason and lets it work again', async () => {
    const root = scratch();
    buildOrg(realDisk(root), { ...PAID, models: { default: { provider: 'paid', price: { input: 1 } } } });
    ask(root, 'a');
    await turn(
      root,
      provider(async () => reply(5_000_000)),
    );
    const { data, text } = await reconcile(root);
    expect(data.stopped).toMatchObject([{ model: 'default', why: expect.stringContaining('above its reserve') }]);
    expect(text).toContain('lemming reconcile default');
    expect((await reconcile(root, { key: 'default' })).data).toMatchObject({ settled: ['default'], stopped: [] });
    expect((await reconcile(root)).data.stopped).toEqual([]);
  });

  it('refuses a key that nobody knows, an amount without a call, and a call without an amount', async () => {
    const root = await cutOff();
    await turn(
      root,
      provider(async () => reply()),
    );
    expect(await faultsOf(reconcile(root, { key: '9.z.1.1' }, { billed: 0 }))).toEqual(['not-found']);
    expect(await faultsOf(reconcile(root, {}, { billed: 1 }))).toEqual(['usage']);
    expect(await faultsOf(reconcile(root, { key: '1.a.1.1' }))).toEqual(['usage']);
  });

  it('waits for the next turn while an engine runs', async () => {
    const root = await cutOff();
    await turn(
      root,
      provider(async () => reply()),
    );
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async () => {
      expect((await reconcile(root, {}, { all: true, billed: 0 })).data).toMatchObject({ takes_effect: 'next turn' });
    });
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => void (await engine.turn()));
    expect((await reconcile(root)).data.in_doubt).toEqual([]);
  });
});
