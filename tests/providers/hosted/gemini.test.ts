import { describe, expect, it } from 'vitest';
import gemini from '../../../src/providers/gemini.ts';
import { keepsTheContract, type Scene } from '../contract.ts';
import { modelOf, promptOf, secondCall, world } from '../world.ts';
import { geminiDialect, type Hosted } from './dialect.ts';
import { survivesFailures } from './failures.ts';
import { called, fakeGemini, generated, USAGE } from './fake-gemini.ts';
import { keepsTheHostedContract } from './hosted.ts';

const service = fakeGemini();
const never = new AbortController().signal;
const hosted: Hosted = {
  provider: gemini,
  dialect: geminiDialect,
  service,
  model: (base_url) => ({ provider: 'gemini', model: 'gemini-test', base_url }),
  variable: 'GEMINI_API_KEY',
  header: 'x-goog-api-key',
};

function open(fields: Record<string, unknown> = {}, env: Record<string, string> = { GEMINI_API_KEY: 'key' }) {
  return gemini.connect(modelOf({ ...hosted.model(service.url), ...fields }), world({ env }));
}

keepsTheContract(gemini, async (scene) => {
  const answers: Record<Scene, Parameters<typeof service.answer>[0]> = {
    answers: called({ name: 'send_message', args: { to: 'human', body: 'hi' } }),
    quotes: ({ contents }) => {
      const last = contents.at(-1)?.parts.at(-1);
      return called({ name: 'send_message', args: { body: last && 'text' in last ? last.text : '' } });
    },
    hangs: { ending: 'hang' },
    fails: { status: 500, body: { error: { code: 500, message: 'down' } } },
  };
  service.answer(answers[scene]);
  return { connection: await open(), attempts: () => service.requests.length, started: () => service.arrived() };
});

keepsTheHostedContract(hosted);
survivesFailures(hosted);

describe('a request to Gemini', () => {
  it('carries the system text, the conversation, the tools and the limits, and the key in a header only', async () => {
    const connection = await open({
      temperature: 0.5,
      options: { thinking_budget: 0 },
      base_url: `${service.url}/v1beta/`,
    });
    await connection.complete(secondCall(), never);
    const { body, path, headers } = service.requests[0] as (typeof service.requests)[number];
    expect(path).not.toContain('key');
    expect(headers['x-goog-api-key']).toBe('key');
    expect(body.systemInstruction?.parts).toEqual([{ text: 'You are manager.' }]);
    expect(body.generationConfig).toEqual({
      maxOutputTokens: 500,
      temperature: 0.5,
      thinkingConfig: { thinkingBudget: 0 },
    });
    expect(body.contents.map(({ role, parts }) => [role, ...parts.map((part) => Object.keys(part)[0])])).toEqual([
      ['user', 'text'],
      ['model', 'text', 'functionCall', 'functionCall'],
      ['user', 'functionResponse', 'functionResponse'],
      ['user', 'text'],
    ]);
    expect(body.contents[2]?.parts[1]).toEqual({
      functionResponse: { name: 'send_message', response: { error: 'refused: no edge' } },
    });
  });

  it('sends odd names, inputs and empty texts in a form that the service takes', async () => {
    const prompt = promptOf();
    const acts = [
      { id: 'a', tool: 'a tool/of mine', input: null },
      { id: 'b', tool: '', input: ['x'] },
      { id: 'c', tool: '9', input: 'x' },
    ];
    const results = acts.map(({ id, tool }) => ({ role: 'tool' as const, id, tool, text: '', ok: true }));
    const parts = [...prompt.parts, { role: 'assistant' as const, text: ' ', acts }, ...results];
    await (await open()).complete(
      { ...prompt, system: '', tools: [], parts: [...parts, { role: 'user', text: '' }] },
      never,
    );
    const { body } = service.requests[0] as (typeof service.requests)[number];
    expect(body.contents[1]?.parts).toMatchObject([
      { functionCall: { name: 'a_tool_of_mine', args: { input: null } }, thoughtSignature: expect.any(String) },
      { functionCall: { name: '_', args: { input: ['x'] } } },
      { functionCall: { name: '_9', args: { input: 'x' } } },
    ]);
    expect(body).not.toHaveProperty('tools');
  });
});

describe('the key of Gemini', () => {
  it('comes from the first of its two variables that is set', async () => {
    for (const [env, key] of [
      [{ GEMINI_API_KEY: 'one', GOOGLE_API_KEY: 'two' }, 'one'],
      [{ GEMINI_API_KEY: ' ', GOOGLE_API_KEY: 'two' }, 'two'],
      [{}, 'none'],
    ] as const) {
      await (await open({}, env)).complete(promptOf(), never);
      expect(service.requests.at(-1)?.headers['x-goog-api-key']).toBe(key);
    }
    await expect(open({ base_url: undefined }, {})).rejects.toMatchObject({
      failure: 'auth',
      message: /^GEMINI_API_KEY is not set/,
    });
  });
});

it('says when the service does not know the model', async () => {
  service.answer({ status: 404, body: geminiDialect.failure('no') });
  await expect((await open()).probe?.(never)).rejects.toMatchObject({
    failure: 'bad-request',
    message: /does not know/,
  });
});

describe('an answer of Gemini', () => {
  it('counts what was thought as output, and what tools asked as input', async () => {
    const { usage } = await (await open()).complete(promptOf(), never);
    expect(usage).toEqual({ input: 40, cachedInput: 60, cacheWrite: 0, output: 20, reasoning: 5 });
  });

  it('keeps what was thought out of the text', async () => {
    const heard: string[] = [];
    service.answer(generated([{ text: 'hm', thought: true }, { text: 'Hello' }]));
    const { text } = await (await open()).complete(promptOf(), never, (piece) => heard.push(piece));
    expect([text, heard.join('')]).toEqual(['Hello', 'Hello']);
  });

  it.each([
    ['OTHER', 'incomplete'],
    ['MALFORMED_FUNCTION_CALL', 'malformed'],
    ['RECITATION', 'refused'],
  ])('that ends with %s is %s', async (finishReason, failure) => {
    service.answer(generated([], { finishReason }));
    await expect((await open()).complete(promptOf(), never)).rejects.toMatchObject({ failure, received: 0 });
  });

  it('that blocks the prompt is a refusal', async () => {
    service.answer({ body: { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: USAGE } });
    await expect((await open()).complete(promptOf(), never)).rejects.toMatchObject({
      failure: 'refused',
      message: 'gemini: the prompt was blocked: SAFETY',
      usage: { input: 40, output: 20 },
    });
  });

  it('that asks to wait in its body is waited for', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '17.5s' }];
    service.answer({ status: 429, body: { error: { code: 429, message: 'slow "down"', details } } });
    await expect((await open()).complete(promptOf(), never)).rejects.toMatchObject({
      failure: 'rate-limit',
      retryAfterMs: 17_500,
      message: 'gemini: 429 slow "down"',
    });
  });
});
