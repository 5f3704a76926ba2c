import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import * as statusCommand from '../../../src/commands/look/status.ts';
import * as runCommand from '../../../src/commands/run/run.ts';
import * as doctorCommand from '../../../src/commands/start/doctor.ts';
import * as trustCommand from '../../../src/commands/start/trust.ts';
import * as validateCommand from '../../../src/commands/start/validate.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { keyUse } from '../../../src/providers/hosted/address.ts';
import { model } from '../../../src/schema/config/models.ts';
import { checked } from '../../commands/checked.ts';
import { inputOf, scratchOrg, testWorld } from '../../commands/world.ts';
import { homeOf } from '../../home.ts';

const status = checked(statusCommand);
const runTurns = checked(runCommand);
const doctor = checked(doctorCommand);
const trust = checked(trustCommand);
const validate = checked(validateCommand);

const CANARY = 'sk-a-canary-that-stays-at-home-0123456789';

/** A service that answers nothing useful. `heads`: all that it was sent. */
async function listening(answer: { status: number; headers?: Record<string, string> } = { status: 500 }) {
  const heads: string[] = [];
  const server = createServer((request, response) => {
    heads.push(`${request.url} ${JSON.stringify(request.headers)}`);
    response.writeHead(answer.status, answer.headers).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heads };
}

const SERVICES = {
  openai: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'https://api.openai.com/v1'],
  azure: ['AZURE_OPENAI_API_KEY', 'AZURE_OPENAI_ENDPOINT', 'https://mine.openai.azure.com'],
  anthropic: ['ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL', 'https://api.anthropic.com'],
  gemini: ['GEMINI_API_KEY', 'GOOGLE_GEMINI_BASE_URL', 'https://generativelanguage.googleapis.com'],
  ollama: ['OLLAMA_API_KEY', 'OLLAMA_HOST', 'https://ollama.com'],
  'openai-compatible': ['SOME_API_KEY', null, null],
} as const;

/** A received organisation that would send the key there. */
function received(provider: string, settings: Record<string, unknown>): string {
  const root = scratchOrg({
    edges: { human: ['a'], a: ['human'] },
    models: { default: { provider, model: 'm', price: { per_call: 0.01 }, retry: { attempts: 1 }, ...settings } },
    credits: { agents: { a: { grant: 5 } } },
  });
  realDisk(root).create('agents/human/outbox/x.md', '---\nto: a\n---\nHello.\n');
  return root;
}

it.each(Object.entries(SERVICES))(
  '%s: a key goes to another host only after lemming trust',
  async (provider, [variable, where]) => {
    const service = await listening();
    const other = await listening();
    for (const by of ['base_url', 'variable'] as const) {
      if (by === 'variable' && where === null) continue;
      const key = `env:${variable}`;
      const root = received(provider, by === 'base_url' ? { base_url: service.url, key } : { key });
      const env: Record<string, string> = { [variable]: CANARY, LEMMING_HOME: homeOf(root) };
      if (by === 'variable') env[where as string] = service.url;
      const world = () => testWorld(root, { env });
      const once = () => runTurns(world(), inputOf({ flags: { turns: 1 } }));
      service.heads.length = 0;
      const refused = await once();
      expect([refused.exit, service.heads]).toEqual([4, []]);
      for (const told of [refused, await validate(world(), inputOf()), await status(world(), inputOf())]) {
        expect(told.exit).toBe(4);
        expect(told.text).toContain(variable);
        expect(told.text).toContain(new URL(service.url).origin);
      }
      await trust(world(), inputOf({ args: { name: 'default' }, flags: { yes: true } }));
      expect((await validate(world(), inputOf())).exit).toBe(0);
      await once();
      expect(service.heads.join('\n')).toContain(CANARY);
      const models = Buffer.from(realDisk(root).read('org/models.yaml') ?? []).toString();
      if (by === 'base_url') {
        realDisk(root).unlink('org/models.yaml');
        realDisk(root).create('org/models.yaml', models.replace(service.url, other.url));
      } else env[where as string] = other.url;
      expect((await once()).exit).toBe(4);
      expect(other.heads).toEqual([]);
    }
  },
);

it.each(Object.entries(SERVICES))(
  '%s: a redirect of a trusted host takes the key nowhere',
  async (provider, [variable]) => {
    const thief = await listening();
    const service = await listening({ status: 307, headers: { location: `${thief.url}/x` } });
    const root = received(provider, { base_url: service.url, key: `env:${variable}` });
    const world = () => testWorld(root, { env: { [variable]: CANARY, LEMMING_HOME: homeOf(root) } });
    await trust(world(), inputOf({ args: { name: 'default' } }));
    await runTurns(world(), inputOf({ flags: { turns: 1 } }));
    expect([service.heads.length > 0, thief.heads]).toEqual([true, []]);
  },
);

it.each(Object.entries(SERVICES).filter(([, [, where]]) => where))(
  '%s: a variable that is no address stops no command, and the visit says which it is',
  async (provider, [variable, where]) => {
    const root = received(provider, { key: `env:${variable}` });
    const env = { [variable]: CANARY, [where as string]: 'not an address', LEMMING_HOME: homeOf(root) };
    const world = () => testWorld(root, { env });
    for (const look of [status, validate, doctor]) expect((await look(world(), inputOf())).text).not.toBe('');
    const { data } = await runTurns(world(), inputOf({ flags: { turns: 1 } }));
    expect(JSON.stringify((data as { visits: unknown }).visits)).toContain(where);
  },
);

it('a key goes freely to its service alone, by its own name alone; a service on this machine needs none', async () => {
  for (const [provider, [variable, where, own]] of Object.entries(SERVICES)) {
    if (own === null) continue;
    const use = (fields: object, env: Record<string, string> = {}) =>
      keyUse(model().parse({ provider, model: 'm', ...fields }), (name) => ({ [variable]: 'k', ...env })[name]);
    const key = `env:${variable}`;
    expect(use({ key, base_url: own })?.needs).toBeNull();
    expect(use({ key }, { [where]: own })?.needs).toBeNull();
    for (const base_url of [
      own.replace('https', 'http'),
      `${own.replace(/(https:..[^/]+)/, '$1.evil.example')}`,
      own.replace(/(https:..[^/]+)/, '$1:8443'),
      own.replace('https://', 'https://evil-'),
    ])
      if (provider !== 'azure' || !base_url.startsWith('https://evil-'))
        expect([base_url, use({ key, base_url })?.needs]).toMatchObject([base_url, { kind: 'key' }]);
    expect(use({ key: 'env:GITHUB_TOKEN', base_url: own })?.needs).toMatchObject({ variable: 'GITHUB_TOKEN' });
    expect(use({ key: 'secret://mine', base_url: own })?.needs).toBeNull();
  }
  const service = await listening();
  const root = received('openai', { base_url: service.url });
  const env = { OPENAI_API_KEY: CANARY, LEMMING_HOME: homeOf(root) };
  await runTurns(testWorld(root, { env }), inputOf({ flags: { turns: 1 } }));
  expect(service.heads.length).toBeGreaterThan(0);
  expect(service.heads.join('\n')).not.toContain(CANARY);
});
