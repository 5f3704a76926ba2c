import { describe, expect, it } from 'vitest';
import { type Prompt, ProviderError } from '../../../src/core/model/call.ts';
import anthropic from '../../../src/providers/anthropic.ts';
import { quickest } from '../../quickest.ts';
import { timeToLeave } from '../abort.ts';
import { keepsTheContract, type Scene } from '../contract.ts';
import type { Answer } from '../fake-service.ts';
import { modelOf, printedBy, promptOf, secondCall, world } from '../world.ts';
import { type Hosted, messagesDialect } from './dialect.ts';
import { survivesFailures } from './failures.ts';
import { answered, fakeAnthropic, said, USAGE, used } from './fake-anthropic.ts';
import { keepsTheHostedContract } from './hosted.ts';

const service = fakeAnthropic();
const never = new AbortController().signal;
const KEY = 'sk-ant-secret-0123456789';
const NORMAL = { input: 40, cachedInput: 50, cacheWrite: 10, output: 20, reasoning: 5 };
const hosted: Hosted = {
  provider: anthropic,
  dialect: messagesDialect,
  service,
  model: (base_url) => ({ provider: 'anthropic', model: 'claude-test', base_url }),
  variable: 'ANTHROPIC_API_KEY',
  header: 'authorization',
};

function open(fields: Record<string, unknown> = {}, env: Record<string, string> = { ANTHROPIC_API_KEY: KEY }) {
  const model = modelOf({ provider: 'anthropic', model: 'claude-test', base_url: service.url, ...fields });
  return anthropic.connect(model, world({ env }));
}

async function ask(answer: Answer, prompt: Prompt = promptOf(), fields: Record<string, unknown> = {}) {
  service.answer(answer);
  return (await open(fields)).complete(prompt, never);
}

async function failureOf(answer: Answer, fields: Record<string, unknown> = {}): Promise<ProviderError> {
  const thrown = await ask(answer, promptOf(), fields).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ProviderError);
  expect(service.requests).toHaveLength(1);
  return thrown as ProviderError;
}

keepsTheContract(anthropic, async (scene) => {
  const answers: Record<Scene, Parameters<typeof service.answer>[0]> = {
    answers: used({ id: 'toolu_1', name: 'send_message', input: { to: 'human', body: 'hi' } }),
    quotes: ({ messages }) => {
      const last = messages.at(-1)?.content.at(-1);
      return used({ name: 'send_message', input: { body: last?.type === 'text' ? last.text : '' } });
    },
    hangs: { ending: 'hang' },
    fails: { status: 500, body: { error: { type: 'api_error', message: 'down' } } },
  };
  service.answer(answers[scene]);
  return { connection: await open(), attempts: () => service.requests.length, started: () => service.arrived() };
});

keepsTheHostedContract(hosted);
survivesFailures(hosted);

describe('a request to Anthropic', () => {
  it('prints nothing of a model that will go', async () => {
    expect(await printedBy(() => ask(said('ok'), promptOf(), { model: 'claude-sonnet-4-5' }))).toEqual([]);
    expect(service.requests).toHaveLength(1);
  });

  it('carries the system text to be cached, the conversation merged by role, the tools and the limits', async () => {
    await ask(said('ok'), secondCall(), { temperature: 0.5, base_url: `${service.url}/v1/` });
    const { body, headers } = service.requests[0] as (typeof service.requests)[number];
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(body).toMatchObject({ model: 'claude-test', max_tokens: 500, temperature: 0.5 });
    expect(body.system).toEqual([{ type: 'text', text: 'You are manager.', cache_control: { type: 'ephemeral' } }]);
    expect(body.messages.map((message) => message.content.map((block) => block.type))).toEqual([
      ['text'],
      ['text', 'tool_use', 'tool_use'],
      ['tool_result', 'tool_result', 'text'],
    ]);
    expect(body.messages[1]?.content[1]).toEqual({
      type: 'tool_use',
      id: 'toolu_1',
      name: 'read_file',
      input: { path: 'plan.md' },
    });
    expect(body.messages[2]?.content[1]).toMatchObject({
      tool_use_id: 'toolu_2',
      content: 'refused: no edge',
      is_error: true,
    });
    expect(body.tools?.map((tool) => tool.name)).toEqual(['send_message', 'read_file']);
  });

  it('sends odd ids, names, inputs and empty texts in a form that the service takes', async () => {
    const prompt = promptOf();
    const acts = [
      { id: 'functions.x:0', tool: 'a tool/of mine', input: null },
      { id: 'b', tool: '', input: ['x'] },
    ];
    const results = acts.map(({ id, tool }) => ({ role: 'tool' as const, id, tool, text: '', ok: false }));
    const parts: Prompt['parts'] = [
      ...prompt.parts,
      { role: 'assistant', text: ' ', acts },
      ...results,
      { role: 'user', text: '' },
    ];
    await ask(said('ok'), {
      ...prompt,
      n: 2,
      system: '',
      tools: [],
      parts: [...parts, { role: 'assistant', text: '', acts: [] }],
    });
    const { body } = service.requests[0] as (typeof service.requests)[number];
    expect(body.messages[1]?.content).toMatchObject([
      { id: 'functions_x_0', name: 'a_tool_of_mine', input: { input: null } },
      { name: 'unknown', input: { input: ['x'] } },
    ]);
    expect(body).not.toHaveProperty('system');
    expect(body).not.toHaveProperty('tools');
  });

  it('puts everything about tools into the text for a model without native tool calls', async () => {
    const reply = await ask(said('{"acts": [{"tool": "recall", "input": {"key": "x"}}], "notes": "n"}'), secondCall(), {
      form: 'json',
    });
    expect(reply).toMatchObject({ text: 'n', acts: [{ id: 'form-2-1', tool: 'recall', input: { key: 'x' } }] });
    const { body } = service.requests[0] as (typeof service.requests)[number];
    expect(body).not.toHaveProperty('tools');
    expect(body.system?.[0]?.text).toContain('- read_file: Reads a file.');
  });
});

describe('an answer of Anthropic', () => {
  it('becomes text, acts, usage, model and request id', async () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      { type: 'tool_use', id: 'toolu_1', name: 'send_message', input: { to: 'human' } },
      { type: 'tool_use', name: 'recall' },
    ];
    expect(await ask(answered(content, { stop_reason: 'tool_use' }))).toEqual({
      text: 'Hello',
      acts: [
        { id: 'toolu_1', tool: 'send_message', input: { to: 'human' } },
        { id: 'call-1-2', tool: 'recall', input: {} },
      ],
      usage: NORMAL,
      requestId: 'req_1',
      model: 'claude-test-1',
    });
    const { headers: _, ...bare } = said('Hello');
    expect(await ask(bare)).toMatchObject({ requestId: 'msg_1' });
  });

  it.each([
    ['a cut reply', answered([], { stop_reason: 'max_tokens' }), 'incomplete'],
    ['a full context', answered([], { stop_reason: 'model_context_window_exceeded' }), 'incomplete'],
    ['a refusal', answered([], { stop_reason: 'refusal' }), 'refused'],
    ['a tool call without a name', used({ id: 'x', input: {} }), 'malformed'],
    ['endless nesting', used({ name: 'x', input: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) }), 'malformed'],
    ['no content', { body: { id: 'x', usage: USAGE } }, 'unavailable'],
  ] as const)('that is %s is a failure with its usage', async (_, answer, failure) => {
    expect(await failureOf(answer)).toMatchObject({ failure, usage: NORMAL });
  });

  it.each([undefined, null, {}, { input_tokens: 'x' }])('with the usage %j has none', async (usage) => {
    const answer = { ...answered([{ type: 'text', text: 'ok' }], { usage }), plain: true };
    expect(await ask(answer)).toMatchObject({ text: 'ok', usage: null });
  });

  it.each([
    [{ input_tokens: -1, output_tokens: 1 }, { output: 1 }],
    [{ input_tokens: 1, output_tokens: 'x' }, { input: 1 }],
    [
      { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 0.5 },
      { input: 1, output: 1 },
    ],
    [
      { input_tokens: 1, output_tokens: 1, output_tokens_details: { thinking_tokens: 2 } },
      { input: 1, output: 2, reasoning: 2 },
    ],
    [{ output_tokens: 1 }, { output: 1 }],
  ])('with the usage %j has what could be read of it, and says so', async (usage, read) => {
    const expected = { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0, ...read, doubtful: true };
    const content = [{ type: 'text', text: 'ok' }];
    expect((await ask(answered(content, { usage }))).usage).toEqual(expected);
  });

  it('with a bare usage counts the rest as nothing', async () => {
    const bare = { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: null };
    const { usage } = await ask(answered([], { usage: bare }));
    expect(usage).toEqual({ input: 10, cachedInput: 0, cacheWrite: 0, output: 1, reasoning: 0 });
  });
});

describe('a failure of Anthropic', () => {
  it.each([
    [401, 'auth'],
    [403, 'auth'],
    [400, 'bad-request'],
    [404, 'bad-request'],
    [413, 'too-long'],
    [429, 'rate-limit'],
    [500, 'unavailable'],
    [503, 'overloaded'],
    [529, 'overloaded'],
  ])('of status %i is %s', async (status, failure) => {
    const body = { type: 'error', error: { type: 'some_error', message: 'because' } };
    const error = await failureOf({ status, headers: { 'request-id': 'req_2', 'retry-after': '2' }, body });
    expect(error).toMatchObject({ failure, requestId: 'req_2', usage: null, retryAfterMs: 2000 });
    expect(error.message).toMatch(new RegExp(`^anthropic: ${status} because`));
  });

  it('that stalls is left within 500 ms of an abort, whatever was collected', async () => {
    expect(await quickest(500, () => timeToLeave(service, said('half an answer'), open))).toBeLessThan(500);
  });

  it.each(['hang', 'stall'] as const)('that %ss is a timeout', async (ending) => {
    expect(await failureOf({ ...said('half an answer'), ending }, { timeout_ms: 150 })).toMatchObject({
      failure: 'timeout',
    });
  });

  it.each([
    ['cuts the connection', { ending: 'drop' }],
    ['is a page of somebody else', { body: '<html>Log in to the network</html>' }],
    ['leads elsewhere', { status: 307, headers: { location: '/v1/elsewhere' }, body: {} }],
  ] as const)('that %s is unavailable', async (_, answer) => {
    expect(await failureOf(answer)).toMatchObject({ failure: 'unavailable' });
  });

  it('never shows the key', async () => {
    const error = await failureOf({ status: 401, body: { error: { message: `wrong key ${KEY}` } } });
    expect(error.message).not.toContain(KEY);
    expect(error.message).toMatch(/check ANTHROPIC_API_KEY/);
  });
});

it('says what a cut stream had reported and brought', async () => {
  const whole = service.bytesOf(said('hello'), true).toString();
  const body = whole.slice(0, whole.indexOf('event: message_delta'));
  const error = await failureOf({ body, headers: { 'content-type': 'text/event-stream' } });
  expect(error).toMatchObject({ failure: 'unavailable', received: 5, requestId: 'msg_1' });
  expect(error.usage).toEqual({ ...NORMAL, output: 1, reasoning: 0, doubtful: true });
});

it('marks the end of the tools and the system text to be cached', async () => {
  await ask(said('ok'));
  const { tools, system } = (service.requests[0] as (typeof service.requests)[number]).body;
  expect(tools?.map((tool) => tool.cache_control)).toEqual([undefined, { type: 'ephemeral' }]);
  expect(system?.map((block) => block.cache_control)).toEqual([{ type: 'ephemeral' }]);
});

it('says so when the service cannot hold an answer to what a tool takes', async () => {
  const tools = [{ name: 'x', description: 'x', input: { type: 'object', properties: { any: {} } } }];
  const connection = await open({ form: 'json', structured: true });
  await expect(connection.complete(promptOf({ tools }), never)).rejects.toMatchObject({
    failure: 'bad-request',
    message: /^structured: true is not possible/,
  });
});

it('says when the service does not know the model', async () => {
  service.answer({ status: 404, body: { type: 'error', error: { type: 'not_found_error', message: 'no' } } });
  await expect((await open()).probe?.(never)).rejects.toMatchObject({
    failure: 'bad-request',
    message: 'anthropic: the service does not know the model claude-test',
  });
});

it('needs a key, except on this machine, and the name of a model', async () => {
  await expect(open({ base_url: undefined }, {})).rejects.toMatchObject({
    failure: 'auth',
    message: /^ANTHROPIC_API_KEY is not set/,
  });
  await expect(open({ model: undefined })).rejects.toMatchObject({ failure: 'bad-request' });
  await expect(open({ options: { x: 1 } })).rejects.toMatchObject({ failure: 'bad-request' });
  await (await open({}, {})).complete(promptOf(), never);
  expect(service.requests[0]?.headers.authorization).toBe('Bearer none');
});
