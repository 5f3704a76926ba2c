import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOrg } from '../../src/app/read-org.ts';
import { withEngine } from '../../src/app/run-engine.ts';
import * as statusCommand from '../../src/commands/look/status.ts';
import * as trustCommand from '../../src/commands/start/trust.ts';
import { realKept } from '../../src/disk/cache/cache-key.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { readLoad } from '../../src/engine/calls/load-cache.ts';
import { realMachine } from '../../src/engine/machine.ts';
import { modelsFile } from '../../src/schema/config/models.ts';
import { buildOrg } from '../../src/testing/build-org.ts';
import { checked } from '../commands/checked.ts';
import { filesIn, inputOf, scratch, testWorld } from '../commands/world.ts';
import { fakeOpenAI, said } from '../providers/hosted/fake-openai.ts';
import { trustingEnv } from '../trusted.ts';

const status = checked(statusCommand);
const trust = checked(trustCommand);

const service = fakeOpenAI();
const KEY = 'sk-canary-0123456789';
const DOWN = { status: 503, body: { error: { message: 'The engine is overloaded' } } };

/** A folder in which a works for the person, through the given model. */
function org(model: Record<string, unknown>, agents = ['a']): string {
  const root = scratch();
  const price = { per_call: 0.01 };
  const models = { default: { price, retry: { first_ms: 1, most_ms: 2 }, ...model } };
  const edges = { human: agents, ...Object.fromEntries(agents.map((name) => [name, ['human']])) };
  const grants = Object.fromEntries(agents.map((name) => [name, { grant: 5 }]));
  buildOrg(realDisk(root), { edges, models, credits: { agents: grants } });
  return root;
}

function letter(root: string, text: string): void {
  realDisk(root).create(`agents/human/outbox/${text}.md`, `---\nto: a\n---\n${text}\n`);
}

const hosted = (more: object = {}, agents = ['a']) =>
  org({ provider: 'openai', model: 'gpt-test', base_url: `${service.url}/v1`, key: 'env:MY_API_KEY', ...more }, agents);
const turns = (root: string, count: number, env: Record<string, string> = { MY_API_KEY: KEY }) =>
  withEngine({ machine: realMachine, root, env: trustingEnv(root, env) }, 'run', async (engine) => {
    const reports = [];
    for (let i = 0; i < count; i++) reports.push(await engine.turn());
    return reports;
  });

describe('6.4 and 6.5 providers', () => {
  it('6.4-42 a program gets its own prompt only, on standard input; the arguments stay as configured, no key is passed on', async () => {
    const home = scratch();
    const env = { LEMMING_HOME: home, PATH: process.env.PATH ?? '', MY_API_KEY: KEY };
    const seen = join(scratch(), 'seen.jsonl');
    const script = `let t='';process.stdin.on('data',d=>t+=d).on('end',()=>{require('fs').appendFileSync(${JSON.stringify(seen)},JSON.stringify({t,argv:process.argv,env:process.env})+'\\n');console.log('noted')})`;
    const root = org({ provider: 'command', command: [process.execPath, '-e', script] });
    await trust(testWorld(root, { env }), inputOf({ args: { name: 'default' } }));
    for (const text of ['first-letter', 'second-letter']) {
      letter(root, text);
      await turns(root, 1, env);
    }
    const calls = readFileSync(seen, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(calls).toHaveLength(2);
    expect(calls[0].argv).toEqual(calls[1].argv);
    expect(JSON.stringify(calls.map(({ argv }) => argv))).not.toContain('letter');
    expect(calls[0].t).toContain('first-letter');
    expect(calls[1].t).toContain('second-letter');
    expect(JSON.stringify(calls)).not.toContain(KEY);
  });

  it('6.4-45 no key is ever stored: not in the organisation, not by an approval; what is kept of the owner only the owner can read', async () => {
    expect(modelsFile().safeParse({ version: 1, models: { m: { provider: 'openai', key: KEY } } }).success).toBe(false);
    const home = scratch();
    chmodSync(home, 0o755);
    const env = { LEMMING_HOME: home, MY_API_KEY: KEY };
    const root = org({ provider: 'command', command: ['true'] });
    await trust(testWorld(root, { env }), inputOf({ args: { name: 'default' } }));
    expect(statSync(join(home, 'trust.yaml')).mode & 0o077).toBe(0);
    for (const folder of [root, home]) expect(JSON.stringify(filesIn(folder))).not.toContain(KEY);
  });

  it('6.5-52 a call that fails is tried again within its attempts, through one client with a time limit, and not for ever', async () => {
    const root = hosted();
    letter(root, 'hello');
    service.answer(DOWN, DOWN);
    const [report] = await turns(root, 1);
    expect(report?.visits).toMatchObject([{ outcome: 'ok' }]);
    expect(service.requests).toHaveLength(3);
    expect(modelsFile().parse({ version: 1, models: { m: { provider: 'openai' } } }).models.m?.timeout_ms).toBe(
      120_000,
    );
  });

  it('6.5-53 a success sets the failures back, a wrong key is not tried again, and a model left alone is not asked', async () => {
    const root = hosted();
    for (let round = 0; round < 3; round++) {
      letter(root, `round-${round}`);
      service.answer(DOWN, DOWN);
      await turns(root, 1);
      expect(readOrg({ machine: realMachine, root, env: {} }).state.calls.breakers.size).toBe(0);
    }
    letter(root, 'locked');
    service.requests.length = 0;
    service.answer(...Array(9).fill({ status: 401, body: { error: { message: 'Incorrect API key' } } }));
    const [report] = await turns(root, 1);
    expect(report?.visits).toMatchObject([{ outcome: 'failed', reason: expect.stringMatching(/^auth: .*MY_API_KEY/) }]);
    expect(service.requests).toHaveLength(1);
    for (let i = 0; i < 9; i++) letter(root, `more-${i}`);
    await turns(root, 40);
    expect(service.requests.length).toBeLessThanOrEqual(5);
  });

  it('6.5-54 what a service says of its failure is never a reply: nobody is billed for it, and it reaches nobody', async () => {
    const root = hosted();
    letter(root, 'hello');
    service.answer(...Array(3).fill(DOWN));
    const [report] = await turns(root, 1);
    expect(report?.visits).toMatchObject([{ outcome: 'failed', cost: 0, sent: 0 }]);
    expect(realDisk(root).list('agents/a/outbox') ?? []).toEqual([]);
    const { state } = readOrg({ machine: realMachine, root, env: {} });
    expect([state.money.org.spent, [...state.mail.waiting.values()].map(({ waiting }) => waiting)]).toEqual([
      0,
      [['a']],
    ]);
  });

  it('a call that is cut after the service began to answer is charged by what had come, and its mail stays unread', async () => {
    const root = hosted({ price: { input: 1, output: 4 }, timeout_ms: 3000, retry: { attempts: 1 } });
    letter(root, 'hello');
    service.answer({ ...said('A long answer that never ends.'), ending: 'stall' });
    const [report] = await turns(root, 1);
    expect(report?.visits).toMatchObject([{ outcome: 'failed', reason: expect.stringMatching(/^timeout/) }]);
    expect(report?.spent).toBeGreaterThan(100);
    expect(
      [...readOrg({ machine: realMachine, root, env: {} }).state.mail.waiting.values()].map(({ waiting }) => waiting),
    ).toEqual([['a']]);
  });

  it('calls that wait at a limit are shown while the engine runs', async () => {
    const root = hosted({ limit: { concurrency: 1 } }, ['a', 'b', 'c']);
    realDisk(root).create('agents/human/outbox/all.md', '---\nto: ["*"]\n---\nHello.\n');
    service.answer({ ending: 'hang' });
    const control = new AbortController();
    const env = trustingEnv(root, { MY_API_KEY: KEY });
    const work = withEngine({ machine: realMachine, root, env }, 'run', (engine) =>
      engine.turn({ signal: control.signal }),
    ).catch((error) => error);
    await service.arrived();
    let shown: unknown;
    for (let i = 0; i < 400 && !shown; i++) {
      await new Promise((done) => setTimeout(done, 100));
      shown = (
        (await status(testWorld(root, { env }), inputOf())).data as { limits?: { name: string }[] }
      ).limits?.find(({ name }) => name === 'model default');
    }
    expect(shown).toEqual({ name: 'model default', running: 1, waiting: 2 });
    control.abort(new Error('enough'));
    expect(await work).toMatchObject({ message: 'enough' });
    expect(readLoad(realKept(root, env))).toEqual([]);
  });

  it('no key is found in any file of an organisation whose service quotes it', async () => {
    const root = hosted();
    mkdirSync(join(root, 'agents/human/outbox'), { recursive: true });
    writeFileSync(
      join(root, 'agents/human/outbox/leak.md'),
      `---\nto: a\n---\nMy key is ${KEY}, in base64 ${Buffer.from(KEY).toString('base64')}.\n`,
    );
    const quote = { status: 400, body: { error: { message: `Bad request with Authorization: Bearer ${KEY}` } } };
    service.answer(quote);
    await turns(root, 1);
    letter(root, 'again');
    await turns(root, 4);
    const files = Object.entries(filesIn(root)).filter(([path]) => !path.endsWith('leak.md'));
    expect(files.length).toBeGreaterThan(8);
    for (const secret of [KEY, Buffer.from(KEY).toString('base64').slice(0, -2), encodeURIComponent(KEY)])
      expect(files.filter(([, text]) => text.includes(secret)).map(([path]) => path)).toEqual([]);
  });
});
