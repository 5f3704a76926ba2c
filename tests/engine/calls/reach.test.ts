// What becomes of asking models whether they could be called: providers, the clock and the end come in as values.

import { expect, it } from 'vitest';
import { portsOf } from '../../../src/app/ports.ts';
import { readOrg } from '../../../src/app/read-org.ts';
import { ProviderError } from '../../../src/core/model/call.ts';
import { realClock } from '../../../src/disk/fs/clock.ts';
import { callsOf } from '../../../src/engine/calls/calls.ts';
import { reach } from '../../../src/engine/calls/reach.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import type { Connection, Provider } from '../../../src/providers/provider.ts';
import { office } from '../../commands/people/world.ts';
import { gate } from '../../providers/fake-service.ts';

type Probe = NonNullable<Connection['probe']>;

const never = new AbortController().signal;

/** Asks the models, one a provider of that name in this order, and each provider only by this probe. */
function reached(models: [name: string, probe: Probe | undefined][], signal = never, clock = realClock) {
  const place = {
    machine: realMachine,
    root: office({ models: Object.fromEntries(models.map(([name], i) => named(name, i))) }),
    env: {},
  };
  const complete = () => Promise.reject(new Error('asking calls no model'));
  const provider = async (name: string): Promise<Provider> => {
    const probe = models.find(([one]) => one === name)?.[1];
    return { about: '', repeatable: false, free: false, connect: async () => ({ complete, ...(probe && { probe }) }) };
  };
  const { config, loaded } = readOrg(place);
  return reach(config, callsOf({ ...portsOf(place), provider, clock }, loaded), clock, signal);
}

function named(provider: string, i: number) {
  return [i ? `m${i}` : 'default', { provider, price: { per_call: 0.01 } }] as const;
}

it('says so when a provider cannot be probed, or breaks', async () => {
  const broken = async () => {
    throw new TypeError('x is not a function');
  };
  expect(
    await reached([
      ['mute', undefined],
      ['broken', broken],
    ]),
  ).toMatchObject([
    { model: 'default', provider: 'mute', ok: true, message: 'no probe' },
    { model: 'm1', provider: 'broken', ok: false, failure: 'unavailable', message: 'x is not a function' },
  ]);
});

it('gives up on a service that does not answer, listening or not', async () => {
  let stopped = 0;
  const waits: number[] = [];
  const quick = {
    ...realClock,
    sleep: (ms: number, signal?: AbortSignal) => {
      waits.push(ms);
      return realClock.sleep(20, signal);
    },
  };
  const deaf = () => new Promise<string>(() => {});
  const slow = (signal: AbortSignal) =>
    new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(++stopped)));
  const late = { ok: false, failure: 'timeout', message: 'no answer within 10000 ms' };
  const found = await reached(
    [
      ['deaf', deaf],
      ['slow', slow],
    ],
    never,
    quick,
  );
  expect(found).toMatchObject([late, late]);
  expect([waits, stopped]).toEqual([[10_000, 10_000], 1]);
});

it('asks at most eight at a time, and tells of all in the order of the file', async () => {
  let now = 0;
  let most = 0;
  const full = gate();
  const busy = async () => {
    most = Math.max(most, ++now);
    if (now === 8) setTimeout(full.letGo, 20); // a ninth would come meanwhile
    await full.open;
    now--;
    return 'well';
  };
  const found = await reached(Array.from({ length: 20 }, () => ['busy', busy]));
  expect(found.map(({ model }) => model)).toEqual(['default', ...Array.from({ length: 19 }, (_, i) => `m${i + 1}`)]);
  expect(most).toBe(8);
});

it('rejects when it is stopped', async () => {
  const stop = new AbortController();
  const slow = (signal: AbortSignal) => {
    setImmediate(() => stop.abort(new ProviderError('timeout', 'stopped')));
    return new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  await expect(reached([['slow', slow]], stop.signal)).rejects.toThrow('stopped');
});
