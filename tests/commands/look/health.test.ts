import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UNPRICED } from '../../../src/core/money/money.ts';
import { lemming, office, put, turns } from '../people/world.ts';

/** The address of a service on this machine. */
async function serve(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A service that knows the model `good` and no other. `asked`: the paths of all requests. */
function knowing(asked: string[]): Promise<string> {
  return serve(({ url = '' }, response) => {
    asked.push(url);
    if (url === '/v1/models/good') answer(response, 200, { id: 'good' });
    else answer(response, 404, { error: { code: 'model_not_found', message: 'no such model' } });
  });
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
    const there = { provider: 'openai-compatible', base_url: await knowing(asked) };
    const models = {
      default: scripted,
      one: { ...there, model: 'bad', price: PRICE },
      two: { ...there, model: 'good', price: PRICE },
      three: { ...there, model: 'good' },
    };
    const root = office({ models });
    const { data, exit } = await health(root, '--providers', '--json');
    expect(exit).toBe(8);
    expect(asked.sort()).toEqual(['/v1/models/bad', '/v1/models/good', '/v1/models/good']);
    expect(data.providers.slice(1)).toMatchObject([
      {
        model: 'one',
        ok: false,
        failure: 'bad-request',
        message: 'openai-compatible: the service does not know the model bad',
      },
      { model: 'two', ok: true, message: 'reachable; it knows good' },
      { model: 'three', ok: true, message: `reachable; it knows good; it ${UNPRICED}` },
    ]);
    const { out } = await health(root, '--providers');
    expect(out).toMatch(
      /^one +openai-compatible +failed \(bad-request\) +\d+ +openai-compatible: the service does not know/m,
    );
    expect(out).toMatch(/^two +openai-compatible +ok +\d+ +reachable; it knows good$/m);
  });

  it('names the variable of a key that is missing, and a provider that does not exist', async () => {
    const models = {
      default: { provider: 'openai', model: 'gpt-4.1-mini', key: 'env:OPENAI_API_KEY' },
      none: { provider: 'opanai' },
      next: { provider: 'openai', model: 'gpt-next', key: 'env:OPENAI_API_KEY' },
    };
    const { data, exit } = await health(office({ models }), '--providers', '--json');
    expect(exit).toBe(8);
    expect(data.providers).toMatchObject([
      { ok: false, failure: 'auth', message: expect.stringContaining('OPENAI_API_KEY') },
      { ok: false, failure: 'bad-request', message: expect.stringContaining('opanai') },
      {
        ok: false,
        failure: 'auth',
        message: expect.stringMatching(/OPENAI_API_KEY.*; it has no price, so it cannot/),
      },
    ]);
  });

  it('keeps secrets of the environment to itself, also those that a service knows', async () => {
    const secret = 'sk-a-long-secret-0123456789';
    const base_url = await serve((_, response) => answer(response, 400, { error: { message: `no ${secret} here` } }));
    const root = office({ models: { default: { provider: 'openai-compatible', base_url, model: 'm', price: PRICE } } });
    const { out } = await lemming(root, ['health', '--providers'], { env: { OPENAI_API_KEY: secret } });
    expect(out).toMatch(/bad-request.* no .* here/);
    expect(out).not.toContain(secret);
  });

  it('ends at Ctrl-C', async () => {
    const stop = new AbortController();
    const base_url = await serve(() => stop.abort());
    const root = office({ models: { default: { provider: 'openai-compatible', base_url, model: 'm', price: PRICE } } });
    const { exit } = await lemming(root, ['health', '--providers'], { signal: stop.signal });
    expect(exit).toBe(130);
  });
});
