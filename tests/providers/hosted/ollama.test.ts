import { describe, expect, it } from 'vitest';
import ollama from '../../../src/providers/ollama.ts';
import { keepsTheContract, type Scene } from '../contract.ts';
import { modelOf, promptOf, world } from '../world.ts';
import { chatDialect, type Hosted } from './dialect.ts';
import { survivesFailures } from './failures.ts';
import { called, fakeOpenAI } from './fake-openai.ts';
import { keepsTheHostedContract } from './hosted.ts';

const service = fakeOpenAI({
  auth: { header: 'authorization', pattern: /^(?:Bearer \S+|undefined)$/ },
  looked: (path) => ({
    body: { object: 'list', data: path === '/v1/models' ? [{ id: 'qwen-test' }, { id: 'gemma:latest' }] : [] },
  }),
});
const never = new AbortController().signal;
const hosted: Hosted = {
  provider: ollama,
  dialect: chatDialect,
  service,
  model: (base_url) => ({ provider: 'ollama', model: 'qwen-test', base_url, key: 'env:MY_KEY' }),
  variable: 'MY_KEY',
  header: 'authorization',
};

function open(fields: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  return ollama.connect(modelOf({ ...hosted.model(service.url), key: undefined, ...fields }), world({ env }));
}

keepsTheContract(ollama, async (scene) => {
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

it('sends no key unless one is named', async () => {
  await (await open({}, { OPENAI_API_KEY: 'not for you' })).complete(promptOf(), never);
  expect(service.requests[0]?.headers).not.toHaveProperty('authorization');
});

describe('the address of Ollama', () => {
  it.each(['', '/', '/v1', '/v1/'])('may end in "%s"', async (end) => {
    expect((await (await open({ base_url: service.url + end })).complete(promptOf(), never)).text).toBe('ok');
  });

  it('comes from OLLAMA_HOST when the model gives none', async () => {
    const port = new URL(service.url).port;
    for (const host of [service.url, `127.0.0.1:${port}`, `0.0.0.0:${port}`, `:${port}`, `localhost:${port}`]) {
      const connection = await open({ base_url: undefined }, { OLLAMA_HOST: host });
      expect((await connection.complete(promptOf(), never)).text, host).toBe('ok');
    }
    await expect(open({ base_url: undefined }, { OLLAMA_HOST: 'a b' })).rejects.toMatchObject({
      failure: 'bad-request',
    });
  });

  it('is the usual port where none is given', async () => {
    const reached = open({ base_url: undefined }, { OLLAMA_HOST: 'name.invalid' });
    await expect((await reached).complete(promptOf(), never)).rejects.toMatchObject({ failure: 'unavailable' });
  });
});

it('tells whether Ollama has the model, with and without its tag', async () => {
  for (const model of ['qwen-test', 'gemma'])
    expect(await (await open({ model })).probe?.(never)).toBe(`reachable; it has ${model}`);
  await expect((await open({ model: 'other' })).probe?.(never)).rejects.toMatchObject({
    failure: 'bad-request',
    message: 'ollama: there is no model other here: run ollama pull other',
  });
});
