import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ProviderError } from '../../src/core/call.ts';
import { UNPRICED } from '../../src/core/money.ts';
import { realClock } from '../../src/disk/clock.ts';
import type { Connection, Provider } from '../../src/providers/provider.ts';
import { gate } from '../providers/fake-service.ts';
import { lemming, office, put, turns } from './people-world.ts';

/** Providers beside the real ones, by name. */
const injected = vi.hoisted(() => new Map<string, unknown>());
vi.mock('../../src/providers/find.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../src/providers/find.ts')>();
  return { ...real, provider: async (name: string) => injected.get(name) ?? real.provider(name) };
});

type Probe = NonNullable<Connection['probe']>;

/** A provider that answers this when it is probed. It asks nobody else. */
function inject(name: string, probe: Probe): void {
  const complete = async () => {
    throw new Error('a probe calls no model');
  };
  const made: Provider = { about: '', repeatable: false, free: false, connect: async () => ({ complete, probe }) };
  injected.set(name, made);
  onTestFinished(() => void injected.delete(name));
}

const PRICE = { per_call: 0.01 };
const health = (root: string, ...words: string[]) => lemming(root, ['health', ...words]);

describe('health', () => {
  it('tells of each agent how it is, and why', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'Hello']);
    await lemming(root, ['send', 'hr', 'garbage']);
    await turns(root, 2);
    put(root, 'agents/coder/resume.md', '---\nmodel: 7\n---\n');
    const { data, exit } = await health(root, '--json');
    expect(exit).toBe(0);
    expect(data).toEqual({
      agents: [
        { name: 'manager', health: 'healthy', state: 'idle', failures_in_a_row: 0, reason: null },
        { name: 'planner', health: 'healthy', state: 'unknown', failures_in_a_row: 0, reason: null },
        {
          name: 'hr',
          health: 'degraded',
          state: 'active',
          failures_in_a_row: 2,
          reason: expect.stringContaining('malformed'),
        },
        {
          name: 'coder',
          health: 'unhealthy',
          state: 'error',
          failures_in_a_row: 0,
          reason: expect.stringMatching(/^set aside: /),
        },
      ],
    });
    const { out } = await health(root);
    expect(out).toMatch(/^manager +healthy +idle +0 +-$/m);
    expect(out).toMatch(/^hr +degraded +active +2 .*malformed/m);
    expect(out).not.toContain('provider');
  });

  it('works in an organisation that made no turn', async () => {
    expect((await health(office(), '--json')).data.agents).toHaveLength(4);
  });
});

describe('health --providers', () => {
  const scripted = { provider: 'scripted', script: 'org/script.yaml' };

  it('is well when all models can be reached; those without a service are', async () => {
    const models = { default: scripted, other: { provider: 'simulated' } };
    const { data, exit } = await health(office({ models }), '--providers', '--json');
    expect(exit).toBe(0);
    expect(data.providers).toEqual([
      { model: 'default', provider: 'scripted', ok: true, message: 'needs no service', ms: expect.any(Number) },
      { model: 'other', provider: 'simulated', ok: true, message: 'needs no service', ms: expect.any(Number) },
    ]);
  });

  it('asks a real service, once for each model, and goes on after a failure', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.statusCode = request.url === '/good' ? 200 : 404;
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    for (const name of ['good', 'bad'])
      inject(name, async (signal) => {
        const { status } = await fetch(`http://127.0.0.1:${port}/${name}`, { signal });
        if (status !== 200) throw new ProviderError('bad-request', `the service does not know the model ${name}`);
        return 'the service knows the model';
      });
    const models = {
      default: scripted,
      one: { provider: 'bad', price: PRICE },
      two: { provider: 'good', price: PRICE },
      three: { provider: 'good' },
    };
    const root = office({ models });
    const { data, exit } = await health(root, '--providers', '--json');
    expect(exit).toBe(8);
    expect(asked.sort()).toEqual(['/bad', '/good', '/good']);
    expect(data.providers.slice(1)).toMatchObject([
      { model: 'one', ok: false, failure: 'bad-request', message: 'the service does not know the model bad' },
      { model: 'two', ok: true, message: 'the service knows the model' },
      { model: 'three', ok: true, message: `the service knows the model; it ${UNPRICED}` },
    ]);
    const { out } = await health(root, '--providers');
    expect(out).toMatch(/^one +bad +failed \(bad-request\) +\d+ +the service does not know the model bad$/m);
    expect(out).toMatch(/^two +good +ok +\d+ +the service knows the model$/m);
  });

  it('names the variable of a key that is missing, and a provider that does not exist', async () => {
    const models = {
      default: { provider: 'openai', model: 'gpt-4.1-mini', key: 'env:NO_SUCH_KEY' },
      none: { provider: 'opanai' },
      next: { provider: 'openai', model: 'gpt-next', key: 'env:NO_SUCH_KEY' },
    };
    const { data, exit } = await health(office({ models }), '--providers', '--json');
    expect(exit).toBe(8);
    expect(data.providers).toMatchObject([
      { ok: false, failure: 'auth', message: expect.stringContaining('NO_SUCH_KEY') },
      { ok: false, failure: 'bad-request', message: expect.stringContaining('opanai') },
      {
        ok: false,
        failure: 'auth',
        message: expect.stringMatching(/NO_SUCH_KEY.*; it has no price, so it cannot/),
      },
    ]);
  });

  it('says so when a provider cannot be probed, or breaks', async () => {
    const connect = async () => ({ complete: async () => Promise.reject(new Error()) });
    injected.set('mute', { about: '', repeatable: false, free: false, connect } satisfies Provider);
    onTestFinished(() => void injected.delete('mute'));
    inject('broken', async () => {
      throw new TypeError('x is not a function');
    });
    const models = { default: { provider: 'mute', price: PRICE }, other: { provider: 'broken', price: PRICE } };
    const { data } = await health(office({ models }), '--providers', '--json');
    expect(data.providers).toMatchObject([
      { ok: true, message: 'no probe' },
      { ok: false, failure: 'unavailable', message: 'x is not a function' },
    ]);
  });

  it('gives up on a service that does not answer, listening or not', async () => {
    let stopped = 0;
    inject('deaf', () => new Promise(() => {}));
    inject('slow', (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(++stopped))));
    const { sleep } = realClock;
    const waits: number[] = [];
    vi.spyOn(realClock, 'sleep').mockImplementation((ms, signal) => {
      waits.push(ms);
      return sleep(20, signal);
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const models = { default: { provider: 'deaf', price: PRICE }, other: { provider: 'slow', price: PRICE } };
    const { data, exit } = await health(office({ models }), '--providers', '--json');
    expect([exit, waits, stopped]).toEqual([8, [10_000, 10_000], 1]);
    const late = { ok: false, failure: 'timeout', message: 'no answer within 10000 ms' };
    expect(data.providers).toMatchObject([late, late]);
  });

  it('asks at most eight at a time, and tells of all in the order of the file', async () => {
    let now = 0;
    let most = 0;
    const full = gate();
    inject('busy', async () => {
      most = Math.max(most, ++now);
      if (now === 8) setTimeout(full.letGo, 20); // a ninth would come meanwhile
      await full.open;
      now--;
      return 'well';
    });
    const names = Array.from({ length: 20 }, (_, i) => (i ? `m${i}` : 'default'));
    const models = Object.fromEntries(names.map((name) => [name, { provider: 'busy', price: PRICE }]));
    const { data } = await health(office({ models }), '--providers', '--json');
    expect(data.providers.map(({ model }: { model: string }) => model)).toEqual(names);
    expect(most).toBe(8);
  });

  it('keeps secrets of the environment to itself', async () => {
    const secret = 'sk-a-long-secret-0123456789';
    inject('tattler', async () => {
      throw new ProviderError('auth', `wrong key ${secret}`);
    });
    const root = office({ models: { default: { provider: 'tattler', price: PRICE } } });
    const { out } = await lemming(root, ['health', '--providers'], { env: { OPENAI_API_KEY: secret } });
    expect(out).toContain('wrong key');
    expect(out).not.toContain(secret);
  });

  it('ends at Ctrl-C', async () => {
    const stop = new AbortController();
    inject('slow', (signal) => {
      setTimeout(() => stop.abort(), 5);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const root = office({ models: { default: { provider: 'slow', price: PRICE } } });
    const { exit } = await lemming(root, ['health', '--providers'], { signal: stop.signal });
    expect(exit).toBe(130);
  });
});
