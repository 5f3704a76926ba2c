// @module-tag disk

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readOrg } from '../../../src/app/read-org.ts';
import * as runCommand from '../../../src/commands/run/run.ts';
import * as bootstrapCommand from '../../../src/commands/start/bootstrap.ts';
import * as doctorCommand from '../../../src/commands/start/doctor.ts';
import * as modelCommand from '../../../src/commands/start/model.ts';
import * as validateCommand from '../../../src/commands/start/validate.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { SAMPLE_JOB, sampleCosts } from '../../../src/views/money/sample-job.ts';
import { checked, checkedLeaf } from '../checked.ts';
import { faultsOf, filesIn, inputOf, scratch, scratchOrg, testWorld, type WorldWish, writtenIn } from '../world.ts';

const list = checkedLeaf(modelCommand, 'model list');
const use = checkedLeaf(modelCommand, 'model use');
const back = checkedLeaf(modelCommand, 'model back');
const bootstrap = checked(bootstrapCommand);
const runTurns = checked(runCommand);
const validate = checked(validateCommand);
const doctor = checked(doctorCommand);

const KEY = 'sk-canary-0123456789abcdef';
const GPT = { provider: 'openai', model: 'gpt-4.1-mini' };

interface Used {
  models: string[];
  agents: string[];
  files: string[];
  key: string | null;
  key_found: boolean;
  budget: number | null;
  notes: string[];
  tried?: { agent: string; answer: string | null; spent: number };
}

async function using(root: string, args: object = GPT, flags: object = {}, wish: WorldWish = {}) {
  const world = testWorld(root, wish);
  const input = inputOf({ args: { ...args }, flags: { budget: 2_000_000, yes: true, ...flags } });
  const { data, text, exit } = await use(world, input);
  return { ...(data as Used), text, exit, said: world.said };
}

const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8');
const configOf = (root: string) => readOrg({ machine: realMachine, root, env: {} }).config;

/** The files that people and agents see. */
const seen = (root: string) =>
  Object.fromEntries(Object.entries(writtenIn(root)).filter(([path]) => !path.startsWith('.lemming/')));

async function made(template: string): Promise<string> {
  const cwd = scratch();
  await bootstrap(testWorld('', { cwd }), inputOf({ args: { dir: 'acme' }, flags: { template } }));
  return join(cwd, 'acme');
}

/** Lines of a text that are comments, and comments at the end of lines. */
const comments = (text: string) => text.match(/(?<=^|\s)#.*$/gm) ?? [];

describe('model use', () => {
  const TEMPLATES = [
    'default',
    'app-builder',
    'bug-hunt',
    'content-pipeline',
    'data-pipeline',
    'distributed-monitoring',
    'support-desk',
  ];
  for (const template of TEMPLATES)
    it(`puts a real model into every seat of the template ${template}, changes nothing else, and is taken back`, async () => {
      const root = await made(template);
      const before = seen(root);
      const { files, agents, models, budget } = await using(root);
      expect(files).toEqual(['org/models.yaml', 'org/credits.yaml']);
      expect(budget).toBe(2);
      const config = configOf(root);
      expect(agents).toEqual(config.order.filter((name) => !config.agents.get(name)?.person));
      for (const name of agents)
        for (const model of config.agents.get(name)?.model ?? [])
          expect(config.models.get(model)).toMatchObject({ ...GPT, max_output_tokens: 4000 });
      expect(models.length).toBeGreaterThan(0);
      expect(config.credits.org.cap).toBe(2_000_000);
      for (const { grant } of Object.values(config.credits.agents)) expect(grant).toBeLessThanOrEqual(2_000_000);
      const after = seen(root);
      expect(Object.keys(after)).toEqual(Object.keys(before));
      for (const [path, text] of Object.entries(after))
        if (!files.includes(path)) expect(text).toBe(before[path]);
        else expect(comments(text)).toEqual(comments(before[path] as string));
      const { data } = await validate(testWorld(root, { env: { OPENAI_API_KEY: KEY } }), inputOf());
      expect(data).toEqual({ ok: true, faults: [] });
      await back(testWorld(root), inputOf());
      expect(seen(root)).toEqual(before);
    });

  it('keeps comments, order, line ends and settings of a file that a person wrote', async () => {
    const root = scratchOrg({
      edges: { human: ['a', 'b'], a: ['human'], b: ['human'] },
      resumes: { b: { model: ['fine', 'default'] } },
    });
    const text = [
      '# ours',
      'version: 1',
      'models:',
      '  unused: { provider: scripted } # stays',
      '  default:   # for most',
      '    provider: scripted',
      '    script: org/script.yaml   # rules',
      '    price: { per_call: 0.01 }',
      '    retry: { attempts: 2 }    # as tried',
      '  fine: { provider: anthropic, model: "claude-haiku-4-5", key: env:MY_KEY, fallback: [default], max_output_tokens: 900 }',
      '',
    ].join('\r\n');
    writeFileSync(join(root, 'org/models.yaml'), text);
    const { models, agents } = await using(root);
    expect(models).toEqual(['default', 'fine']);
    expect(agents).toEqual(['a', 'b']);
    expect(read(root, 'org/models.yaml').split('\r\n')).toEqual([
      '# ours',
      'version: 1',
      'models:',
      '  unused: { provider: scripted } # stays',
      '  default:   # for most',
      '    provider: openai',
      '    retry: { attempts: 2 }    # as tried',
      '    model: gpt-4.1-mini',
      '    max_output_tokens: 4000',
      '  fine: { provider: openai, model: "gpt-4.1-mini", fallback: [default], max_output_tokens: 900 }',
      '',
    ]);
    await back(testWorld(root), inputOf());
    expect(read(root, 'org/models.yaml')).toBe(text);
  });

  it('refuses while a file has a fault, and tells all of them', async () => {
    const root = scratchOrg({ edges: { human: ['a'], a: ['human'] } });
    writeFileSync(join(root, 'org/models.yaml'), 'version: 1\nmodels: { default: { provider: opneai, model: gpt } }\n');
    const before = seen(root);
    expect(await faultsOf(using(root))).toEqual(['invalid-value']);
    writeFileSync(join(root, 'org/credits.yaml'), 'version: 1\norg: { cap: lots }\n');
    expect(await faultsOf(using(root))).toEqual(['invalid-value']);
    writeFileSync(join(root, 'org/credits.yaml'), before['org/credits.yaml'] ?? 'version: 1\n');
    expect(seen(root)['org/models.yaml']).toBe(before['org/models.yaml']);
  });

  it('writes out aliases where one of several is to change', async () => {
    const root = scratchOrg({ edges: { human: ['a'], a: ['human'] } });
    const models = [
      'version: 1',
      'models:',
      '  default: &one   # ours',
      '    provider: scripted',
      '    price: &free { per_call: 0 }',
      '  other: *one',
      '  third: { provider: simulated, price: *free }',
      '',
    ].join('\n');
    const credits = 'version: 1\nagents: { a: { grant: &all 50 } }\nunits: {}\norg: { cap: *all }\n';
    writeFileSync(join(root, 'org/models.yaml'), models);
    writeFileSync(join(root, 'org/credits.yaml'), credits);
    await using(root);
    expect(read(root, 'org/models.yaml').split('\n')).toEqual([
      'version: 1',
      'models:',
      '  default: &one   # ours',
      '    provider: openai',
      '    model: gpt-4.1-mini',
      '    max_output_tokens: 4000',
      '  other: { provider: scripted, price: { per_call: 0 } }',
      '  third: { provider: simulated, price: { per_call: 0 } }',
      '',
    ]);
    expect(read(root, 'org/credits.yaml')).toBe(
      'version: 1\nagents: { a: { grant: &all 2 } }\nunits: {}\norg: { cap: 2 }\n',
    );
    await back(testWorld(root), inputOf());
    expect([read(root, 'org/models.yaml'), read(root, 'org/credits.yaml')]).toEqual([models, credits]);
  });

  it('asks how much may be spent and whether to go on; nothing changes without a yes', async () => {
    const root = await made('default');
    const before = seen(root);
    const asked = (stdin: string) =>
      using(root, GPT, { budget: undefined, yes: undefined }, { interactive: true, stdin });
    expect(await faultsOf(asked('3\nno\n'))).toEqual(['usage']);
    expect(await faultsOf(asked('much\nyes\n'))).toEqual(['usage']);
    expect(seen(root)).toEqual(before);
    const { said, budget } = await asked('\nyes\n');
    expect(budget).toBe(5);
    expect(said.join('\n')).toMatch(/\+ .*provider: openai[\s\S]*costs about 0\.0\d+ to 0\.0\d+ credits/);
  });

  it('needs --budget where nobody can be asked, unless calls are free', async () => {
    const root = await made('default');
    expect(await faultsOf(using(root, GPT, { budget: undefined }))).toEqual(['usage']);
    const { files, budget, text } = await using(root, { provider: 'ollama', model: 'qwen3' }, { budget: undefined });
    expect([files, budget]).toEqual([['org/models.yaml'], null]);
    expect(text).toContain('Its calls cost nothing.');
  });

  it('counts the budget from what was spent', async () => {
    const root = await made('default');
    await runTurns(testWorld(root), inputOf({ flags: { 'until-idle': true } }));
    const spent = readOrg({ machine: realMachine, root, env: {} }).state.money.org.spent;
    expect(spent).toBeGreaterThan(0);
    await using(root);
    expect(configOf(root).credits.org.cap).toBe(spent + 2_000_000);
    await runTurns(testWorld(root), inputOf({ flags: { turns: 1 } }));
    await back(testWorld(root), inputOf());
  });

  it('changes one seat with --agent, and keeps its resume but for that line', async () => {
    const root = await made('default');
    const before = read(root, 'agents/coder_01/resume.md');
    const claude = { provider: 'anthropic', model: 'claude-haiku-4-5' };
    const { models, agents, files } = await using(root, claude, { agent: 'coder_01', key: 'MY_KEY' });
    expect([models, agents]).toEqual([['claude_haiku_4_5'], ['coder_01']]);
    expect(files).toEqual(['org/models.yaml', 'agents/coder_01/resume.md', 'org/credits.yaml']);
    const config = configOf(root);
    expect(config.agents.get('coder_01')?.model).toEqual(['claude_haiku_4_5']);
    expect(config.models.get('claude_haiku_4_5')).toMatchObject({ ...claude, key: 'env:MY_KEY' });
    expect(config.models.get('default')?.provider).toBe('scripted');
    expect(read(root, 'agents/coder_01/resume.md').replace(/^model: .*$/m, '')).toBe(
      before.replace(/^model: .*$/m, ''),
    );
    expect(await faultsOf(using(root, claude, { agent: 'codr_01' }))).toEqual(['not-found']);
  });

  it('tells an unknown provider, a model without a price, and an address that is missing', async () => {
    const root = await made('default');
    const before = seen(root);
    expect(await faultsOf(using(root, { provider: 'opneai', model: 'x' }))).toEqual(['usage']);
    expect(await faultsOf(using(root, { provider: 'openai', model: 'gpt-99' }))).toEqual(['usage']);
    expect(await faultsOf(using(root, { provider: 'openai-compatible', model: 'm' }, { price: '0,0' }))).toEqual([
      'usage',
    ]);
    expect(await faultsOf(using(root, GPT, { price: 'cheap' }))).toEqual(['usage']);
    expect(await faultsOf(using(root, GPT, { 'base-url': 'nowhere' }))).toEqual(['usage']);
    expect(seen(root)).toEqual(before);
    const { notes } = await using(root, { provider: 'openai', model: 'gpt-99' }, { price: '0.4,1.6' });
    expect(configOf(root).models.get('default')?.price).toMatchObject({ input: 400_000, output: 1_600_000 });
    expect(notes.join()).toContain('OPENAI_API_KEY is neither in the environment nor in $LEMMING_HOME/.env.');
  });

  it('finds the key, and writes it nowhere', async () => {
    const root = await made('default');
    const { key, key_found, notes, text } = await using(root, GPT, {}, { env: { OPENAI_API_KEY: KEY } });
    expect([key, key_found, notes]).toEqual(['OPENAI_API_KEY', true, []]);
    const elsewhere = { 'base-url': 'https://llm.example.com/v1', price: '1,2' };
    const other = await using(root, GPT, elsewhere, { env: { OPENAI_API_KEY: KEY } });
    expect(other.notes.join()).toMatch(/would go to another host: .*llm\.example\.com.*lemming trust default/);
    expect(text + other.text + JSON.stringify(filesIn(root))).not.toContain(KEY);
  });

  it('says that nothing changes when it is so already', async () => {
    const root = await made('default');
    await using(root);
    expect((await using(root)).text).toBe('It is so already: nothing changed.');
  });

  it('asks one agent a question with --try, which the journal holds with its cost', async () => {
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (part) => {
        text += part;
      });
      request.on('end', () => {
        asked.push(JSON.parse(text));
        const say = { name: 'send_message', arguments: JSON.stringify({ to: 'human', body: 'I am here.' }) };
        const calls = [say, { name: 'done', arguments: '{}' }].map((call, i) => ({
          id: `c${i}`,
          type: 'function',
          function: call,
        }));
        const message = { role: 'assistant', content: null, tool_calls: calls };
        const choices = [{ index: 0, finish_reason: 'tool_calls', message }];
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            id: 'x',
            object: 'chat.completion',
            model: 'm',
            choices,
            usage: { prompt_tokens: 1000, completion_tokens: 10 },
          }),
        );
      });
    });
    await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const root = await made('default');
    const { tried, exit } = await using(
      root,
      { provider: 'openai-compatible', model: 'm' },
      { 'base-url': url, price: '1,1', try: true },
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(tried).toMatchObject({ agent: 'manager' });
    expect(tried?.spent).toBeCloseTo(0.00101 * asked.length, 6);
    expect([tried?.answer, exit]).toEqual(['I am here.', 0]);
  });

  it('with --try says what went wrong', async () => {
    const root = await made('default');
    const { tried, exit, text } = await using(root, GPT, { try: true });
    expect(tried).toMatchObject({ agent: 'manager', answer: null, spent: 0 });
    expect(exit).toBe(8);
    expect(text).toContain('OPENAI_API_KEY is neither in the environment nor in');
  });
});

describe('model back', () => {
  it('refuses when a file was changed since, or when there is nothing', async () => {
    const root = await made('default');
    expect(await faultsOf(back(testWorld(root), inputOf()))).toEqual(['not-found']);
    await using(root);
    const text = read(root, 'org/credits.yaml');
    writeFileSync(join(root, 'org/credits.yaml'), `${text}# mine\n`);
    expect(await faultsOf(back(testWorld(root), inputOf()))).toEqual(['differs']);
    expect(configOf(root).models.get('default')?.provider).toBe('openai');
    writeFileSync(join(root, 'org/credits.yaml'), text);
    await back(testWorld(root), inputOf());
    expect(configOf(root).models.get('default')?.provider).toBe('scripted');
  });

  it('removes a file that was not there before', async () => {
    const root = scratchOrg({ edges: { human: ['a'], a: ['human'] } });
    const before = seen(root);
    await using(root);
    await back(testWorld(root), inputOf());
    expect(seen(root)).toEqual(before);
  });
});

describe('model list', () => {
  it('tells who answers for whom, and whether the key is set', async () => {
    const root = await made('default');
    await using(root, GPT, { agent: 'planner' });
    const { data, text } = await list(testWorld(root), inputOf());
    const { models } = data as { models: { name: string; agents: string[]; key: string | null; key_found: boolean }[] };
    expect(models.find(({ name }) => name === 'gpt_4_1_mini')).toMatchObject({
      agents: ['planner'],
      key: 'OPENAI_API_KEY',
      key_found: false,
    });
    expect(text.replace(/[^ -~]/g, '')).toMatch(
      /gpt_4_1_mini +openai +gpt-4\.1-mini +OPENAI_API_KEY, not set +planner/,
    );
  });
});

describe('validate and doctor', () => {
  it('tell an unknown provider with its line, a missing key, a missing price, and made-up answers beside real ones', async () => {
    const root = await made('default');
    const at = join(root, 'org/models.yaml');
    const text = readFileSync(at, 'utf8');
    const coder = /coder: {3}\{.*\}/;
    const notes = async (line: string) => {
      writeFileSync(at, text.replace(coder, `coder: ${line}`));
      const checks = await Promise.all([validate(testWorld(root), inputOf()), doctor(testWorld(root), inputOf())]);
      const all = checks.map(({ data }) => data as { faults: object[]; notes?: string[] });
      return { faults: all.map(({ faults }) => faults), notes: all.map(({ notes = [] }) => notes.join('\n')) };
    };
    for (const faults of (await notes('{ provider: opneai, model: x }')).faults)
      expect(faults).toMatchObject([
        { code: 'invalid-value', file: 'org/models.yaml', line: 7, value: 'opneai', nearest: 'openai' },
      ]);
    for (const said of (await notes('{ provider: openai, model: gpt-4.1-mini }')).notes) {
      expect(said).toContain('coder: OPENAI_API_KEY is neither in the environment nor in $LEMMING_HOME/.env.');
      expect(said).toMatch(
        /manager, .*: answers are made up \(default is scripted.*while real models answer for others/,
      );
    }
    for (const said of (await notes('{ provider: openai, model: gpt-99 }')).notes)
      expect(said).toContain('The model coder has no price');
    for (const said of (await notes('{ provider: azure, model: gpt-4o }')).notes)
      expect(said).toContain('The model coder cannot be called: AZURE_OPENAI_ENDPOINT is not set');
    expect((await notes('{ provider: ./org/providers/mine.mjs }')).notes.join()).not.toContain('no price');
  });
});

it('the cost of a job is that of the played runs of the sample', () => {
  const rows = readFileSync('docs/minds.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| the sample: .* \| (all calls|one call) \|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll(',', '')));
  const jobs = rows.map(([, , , calls, tokens = '', output]) => {
    const [, input, cached] = /^(\d+) \((\d+)\)$/.exec(tokens) ?? [];
    const usage = { input: Number(input) - Number(cached), cachedInput: Number(cached), output: Number(output) };
    return { calls: Number(calls), usage: { ...usage, cacheWrite: 0, reasoning: 0 } };
  });
  expect(jobs).toEqual(SAMPLE_JOB);
  expect(sampleCosts({ input: 1e6, cached_input: 5e5, output: 2e6, per_call: 1000 })).toEqual([29_375, 50_841]);
});
