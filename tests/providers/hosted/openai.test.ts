import { describe, expect, it, vi } from 'vitest';
import { type Prompt, ProviderError } from '../../../src/core/model/call.ts';
import openai from '../../../src/providers/openai.ts';
import { quickest } from '../../quickest.ts';
import { timeToLeave } from '../abort.ts';
import { keepsTheContract, type Scene } from '../contract.ts';
import type { Answer } from '../fake-service.ts';
import { modelOf, promptOf, secondCall, world } from '../world.ts';
import { chatDialect, type Hosted } from './dialect.ts';
import { survivesFailures } from './failures.ts';
import { called, completed, fakeOpenAI, said, USAGE } from './fake-openai.ts';
import { keepsTheHostedContract } from './hosted.ts';

const service = fakeOpenAI();
const never = new AbortController().signal;
const KEY = 'sk-secret-0123456789';
const NORMAL = { input: 40, cachedInput: 60, cacheWrite: 0, output: 20, reasoning: 5 };
const hosted: Hosted = {
  provider: openai,
  dialect: chatDialect,
  service,
  model: (url) => ({ provider: 'openai', model: 'gpt-test', base_url: `${url}/v1` }),
  variable: 'OPENAI_API_KEY',
  header: 'authorization',
};

function open(fields: Record<string, unknown> = {}, env: Record<string, string> = { OPENAI_API_KEY: KEY }) {
  const model = modelOf({ provider: 'openai', model: 'gpt-test', base_url: `${service.url}/v1`, ...fields });
  return openai.connect(model, world({ env }));
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

keepsTheContract(openai, async (scene) => {
  const answers: Record<Scene, Parameters<typeof service.answer>[0]> = {
    answers: called({ id: 'call_1', name: 'send_message', arguments: '{"to":"human","body":"hi"}' }),
    quotes: ({ messages }) =>
      called({ name: 'send_message', arguments: JSON.stringify({ body: messages.at(-1)?.content }) }),
    hangs: { ending: 'hang' },
    fails: { status: 500, body: { error: { message: 'down' } } },
  };
  service.answer(answers[scene]);
  return { connection: await open(), attempts: () => service.requests.length, started: () => service.arrived() };
});

keepsTheHostedContract(hosted);
survivesFailures(hosted);

describe('a request to OpenAI', () => {
  it('carries the system text, the conversation, the tools and the limits', async () => {
    await ask(said('ok'), secondCall(), { temperature: 0.5, options: { reasoning_effort: 'low' } });
    const { body, headers } = service.requests[0] as (typeof service.requests)[number];
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(body).toMatchObject({ model: 'gpt-test', max_tokens: 500, temperature: 0.5, reasoning_effort: 'low' });
    expect(body.messages.map((message) => message.role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'tool',
      'user',
    ]);
    expect(body.messages[2]).toMatchObject({
      tool_calls: [{ id: 'toolu_1', function: { name: 'read_file', arguments: '{"path":"plan.md"}' } }, {}],
    });
    expect(body.messages[4]).toEqual({ role: 'tool', tool_call_id: 'toolu_2', content: 'refused: no edge' });
    expect(body.tools?.map((tool) => tool.function.name)).toEqual(['send_message', 'read_file']);
  });

  it('names the limit of the output as the model is told to', async () => {
    await ask(said('ok'), promptOf(), { options: { token_limit: 'max_completion_tokens' } });
    expect(service.requests[0]?.body).toMatchObject({ max_completion_tokens: 500 });
    await expect(open({ options: { token_limit: 'x' } })).rejects.toMatchObject({ failure: 'bad-request' });
  });

  it('sends odd names and inputs back in a form that the service takes', async () => {
    const prompt = promptOf();
    const acts = [
      { id: 'a', tool: 'a tool/of mine', input: null },
      { id: 'b', tool: '', input: ['x'] },
    ];
    const results = acts.map(({ id, tool }) => ({ role: 'tool' as const, id, tool, text: 'no such tool', ok: false }));
    await ask(said('ok'), {
      ...prompt,
      n: 2,
      system: '',
      tools: [],
      parts: [...prompt.parts, { role: 'assistant', text: '', acts }, ...results],
    });
    expect(service.requests[0]?.body.messages[1]).toMatchObject({ content: null });
    expect(service.requests[0]?.body).not.toHaveProperty('tools');
  });

  it('puts everything about tools into the text for a model without native tool calls', async () => {
    const text =
      'Sure:\n```json\n{"acts": [{"tool": "send_message", "input": {"to": "human", "body": "hi"}}], "notes": "done"}\n```';
    const reply = await ask(said(text), secondCall(), { form: 'json' });
    expect(reply).toMatchObject({
      text: 'done',
      acts: [{ id: 'form-2-1', tool: 'send_message', input: { to: 'human', body: 'hi' } }],
    });
    const { body } = service.requests[0] as (typeof service.requests)[number];
    expect(body).not.toHaveProperty('tools');
    expect(body.messages.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(body.messages[0]?.content).toMatch(
      /"acts".*\n.*\n.*\n- send_message: Writes to a colleague\.\n {2}input: \{"type":"object"/,
    );
    expect(body.messages[2]?.content).toContain('"acts":[{"tool":"read_file","input":{"path":"plan.md"}}');
    expect(body.messages[3]?.content).toContain('{"tool":"send_message","ok":false,"text":"refused: no edge"}]}');
    expect(await ask(said('just a note'), promptOf(), { form: 'json' })).toMatchObject({
      text: 'just a note',
      acts: [],
    });
  });
});

describe('an answer of OpenAI', () => {
  it('becomes text, usage, model and request id', async () => {
    const expected = { text: 'Hello', acts: [], usage: NORMAL, requestId: 'req_1', model: 'gpt-test-2025' };
    expect(await ask(said('Hello'))).toEqual(expected);
    const { headers: _, ...bare } = said('Hello');
    expect(await ask(bare)).toMatchObject({ requestId: 'chatcmpl-1' });
  });

  it('becomes acts, each with an id of its own', async () => {
    const { acts } = await ask(
      called(
        { id: 'call_1', name: 'send_message', arguments: '{"to":"human"}' },
        { id: 'call_1', name: 'recall', arguments: '' },
        { name: 'read_file', arguments: { path: 'x' } },
        { id: '', name: 'recall', arguments: undefined },
      ),
    );
    expect(acts).toEqual([
      { id: 'call_1', tool: 'send_message', input: { to: 'human' } },
      { id: 'call-1-2', tool: 'recall', input: {} },
      { id: 'call-1-3', tool: 'read_file', input: { path: 'x' } },
      { id: 'call-1-4', tool: 'recall', input: {} },
    ]);
  });

  it.each([
    ['endless nesting', called({ name: 'x', arguments: `${'['.repeat(50_000)}${']'.repeat(50_000)}` }), 'malformed'],
    ['a cut reply', completed({ content: 'half' }, { finish_reason: 'length' }), 'incomplete'],
    ['a filtered reply', completed({ content: '' }, { finish_reason: 'content_filter' }), 'refused'],
    ['a refusal', completed({ refusal: 'I will not' }), 'refused'],
    ['no choices', { body: { id: 'x', choices: [], usage: USAGE } }, 'unavailable'],
  ] as const)('that is %s is a failure with its usage', async (_, answer, failure) => {
    expect(await failureOf(answer)).toMatchObject({ failure, usage: NORMAL });
  });

  it.each([undefined, null, 'many', {}, { prompt_tokens: 'x' }])('with the usage %j has none', async (usage) => {
    expect(await ask(completed({ content: 'ok' }, { usage }))).toMatchObject({ text: 'ok', usage: null });
  });

  it.each([
    [{ prompt_tokens: -1, completion_tokens: 1 }, { output: 1 }],
    [
      { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 11 } },
      { cachedInput: 11, output: 1 },
    ],
    [{ prompt_tokens: 10, completion_tokens: 1.5 }, { input: 10 }],
    [
      { prompt_tokens: 10, completion_tokens: 1, completion_tokens_details: { reasoning_tokens: 2 } },
      { input: 10, output: 2, reasoning: 2 },
    ],
    [
      { prompt_tokens: 10, completion_tokens: 1, total_tokens: 20 },
      { input: 10, output: 1 },
    ],
    [{ prompt_tokens: 1e300, completion_tokens: 1 }, { output: 1 }],
    [{ prompt_tokens: 1_000_000_000, completion_tokens: 1 }, { output: 1 }],
    [{ completion_tokens: 1 }, { output: 1 }],
  ])('with the usage %j has what could be read of it, and says so', async (usage, read) => {
    const expected = { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0, ...read, doubtful: true };
    expect((await ask(completed({ content: 'ok' }, { usage }))).usage).toEqual(expected);
  });

  it('with a bare usage counts the rest as nothing', async () => {
    const { usage } = await ask(completed({ content: 'ok' }, { usage: { prompt_tokens: 10, completion_tokens: 1 } }));
    expect(usage).toEqual({ input: 10, cachedInput: 0, cacheWrite: 0, output: 1, reasoning: 0 });
  });
});

describe('a failure of OpenAI', () => {
  it.each([
    [401, 'auth'],
    [403, 'auth'],
    [400, 'bad-request'],
    [404, 'bad-request'],
    [422, 'bad-request'],
    [408, 'timeout'],
    [409, 'unavailable'],
    [429, 'rate-limit'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'overloaded'],
    [529, 'overloaded'],
  ])('of status %i is %s', async (status, failure) => {
    const error = await failureOf({
      status,
      headers: { 'x-request-id': 'req_2' },
      body: { error: { message: 'because' } },
    });
    expect(error).toMatchObject({ failure, requestId: 'req_2', usage: null });
    expect(error.message).toMatch(new RegExp(`${status} because`));
  });

  it.each([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:10 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 10_000],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:27:00 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('with %j asks to wait %s ms', async (headers, retryAfterMs) => {
    expect(await failureOf({ status: 429, headers, body: { error: { message: 'slow down' } } })).toMatchObject({
      retryAfterMs,
    });
  });

  it('by its content filter is a refusal', async () => {
    expect(await failureOf({ status: 400, body: { error: { code: 'content_filter', message: 'no' } } })).toMatchObject({
      failure: 'refused',
    });
  });

  it('that stalls is left within 500 ms of an abort, whatever was collected', async () => {
    expect(await quickest(500, () => timeToLeave(service, said('half an answer'), open))).toBeLessThan(500);
  });

  it.each(['hang', 'stall'] as const)('that %ss is a timeout', async (ending) => {
    const late = async () => {
      const at = performance.now();
      expect(await failureOf({ ...said('half an answer'), ending }, { timeout_ms: 150 })).toMatchObject({
        failure: 'timeout',
      });
      return performance.now() - at;
    };
    expect(await quickest(1000, late)).toBeLessThan(1000);
  });

  it.each([
    ['cuts the connection', { ending: 'drop' }],
    ['is a page of somebody else', { body: '<html>Log in to the network</html>' }],
    ['is no JSON', { body: '{"choices": [', headers: { 'content-type': 'application/json' } }],
    ['is nothing', { status: 204 }],
    ['leads elsewhere', { status: 307, headers: { location: '/v1/elsewhere' }, body: {} }],
  ] as const)('that %s is unavailable', async (_, answer) => {
    expect(await failureOf(answer)).toMatchObject({ failure: 'unavailable' });
  });

  it('says where nobody listens', async () => {
    const connection = await open({ base_url: 'http://127.0.0.1:9/v1' });
    await expect(connection.complete(promptOf(), never)).rejects.toThrow(
      /^openai: Connection error.*(ECONNREFUSED|bad port)/,
    );
  });

  it('never shows the key', async () => {
    const error = await failureOf({ status: 401, body: { error: { message: `wrong key ${KEY}` } } });
    expect(error.message).not.toContain(KEY);
    expect(error.message).toMatch(/check OPENAI_API_KEY/);
  });
});

describe('a stream of OpenAI that is cut', () => {
  const begun = 'data: {"id":"x","choices":[{"index":0,"delta":{"content":"hello"}}]}\n\n';
  const events = { 'content-type': 'text/event-stream' };

  it('says how many characters had come', async () => {
    const error = await failureOf({ body: begun + begun, headers: events });
    expect(error).toMatchObject({ failure: 'unavailable', received: 10, usage: null, message: /cut before its end/ });
  });

  it('says what was reported of the usage, which may still have grown', async () => {
    const usage = 'data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2}}\n\n';
    const error = await failureOf({ body: begun + usage, headers: events });
    expect(error.usage).toEqual({ input: 10, cachedInput: 0, cacheWrite: 0, output: 2, reasoning: 0, doubtful: true });
  });

  it('counts what was thought and the arguments of calls', async () => {
    const thought = 'data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}\n\n';
    const call =
      'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{}"}}]}}]}\n\n';
    const more = 'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"  "}}]}}]}\n\n';
    expect(await failureOf({ body: thought + call + more, headers: events })).toMatchObject({ received: 7 });
  });
});

describe('whether OpenAI could be called', () => {
  it.each([
    [{ status: 404, body: { error: { code: 'model_not_found', message: 'no' } } }, /does not know the model gpt-test/],
    [{ status: 401, body: { error: { message: 'no' } } }, /check OPENAI_API_KEY/],
  ])('is said by %j', async (answer, message) => {
    service.answer(answer);
    await expect((await open()).probe?.(never)).rejects.toThrow(message);
  });

  it('is yes where models are not listed', async () => {
    service.answer({ status: 404, body: 'page not found' });
    expect(await (await open()).probe?.(never)).toBe('reachable; it does not list its models');
    expect(service.requests).toMatchObject([{ method: 'GET', path: '/v1/models/gpt-test' }]);
  });
});

describe('the key of OpenAI', () => {
  it('comes from the variable that the model names', async () => {
    const connection = await open({ key: 'env:MY_KEY' }, { MY_KEY: ' mine \n', OPENAI_API_KEY: KEY });
    await connection.complete(promptOf(), never);
    expect(service.requests[0]?.headers.authorization).toBe('Bearer mine');
  });

  it('is not needed on this machine, unless the model names one', async () => {
    await (await open({}, {})).complete(promptOf(), never);
    expect(service.requests[0]?.headers.authorization).toBe('Bearer none');
    await expect(open({ key: 'env:MY_KEY' }, {})).rejects.toMatchObject({
      failure: 'auth',
      message: /^MY_KEY is not set/,
    });
  });

  it('is needed everywhere else', async () => {
    for (const base_url of [undefined, 'https://127.0.0.1.example.com/v1']) {
      await expect(open({ base_url }, { OPENAI_API_KEY: '' })).rejects.toMatchObject({
        failure: 'auth',
        message: /^OPENAI_API_KEY is not set/,
      });
    }
  });

  it('goes to the address of the variable when the model gives none', async () => {
    const connection = await open(
      { base_url: undefined },
      { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${service.url}/v1` },
    );
    expect((await connection.complete(promptOf(), never)).text).toBe('ok');
  });
});

it('needs the name of a model', async () => {
  await expect(open({ model: undefined })).rejects.toMatchObject({ failure: 'bad-request' });
});

it('ends many calls by one signal without a warning', async () => {
  const warned = vi.spyOn(process, 'emitWarning');
  const { signal } = new AbortController();
  const connection = await open();
  await Promise.all(Array.from({ length: 30 }, () => connection.complete(promptOf(), signal)));
  expect(warned).not.toHaveBeenCalled();
});
