import { describe, expect, it } from 'vitest';
import azure from '../../../src/providers/azure.ts';
import { keepsTheContract, type Scene } from '../contract.ts';
import { modelOf, promptOf, world } from '../world.ts';
import { chatDialect, type Hosted } from './dialect.ts';
import { survivesFailures } from './failures.ts';
import { called, fakeOpenAI } from './fake-openai.ts';
import { keepsTheHostedContract } from './hosted.ts';

const service = fakeOpenAI({
  path: '/openai/deployments/my%20gpt/chat/completions?api-version=2025-04-01-preview',
  auth: { header: 'api-key', pattern: /^\S+$/ },
  own: true,
  looked: () => ({ status: 404, body: { error: { code: '404', message: 'Resource not found' } } }),
});
const never = new AbortController().signal;
const hosted: Hosted = {
  provider: azure,
  dialect: chatDialect,
  service,
  model: (base_url) => ({ provider: 'azure', model: 'my gpt', base_url }),
  variable: 'AZURE_OPENAI_API_KEY',
  header: 'api-key',
};

function open(fields: Record<string, unknown> = {}, env: Record<string, string> = { AZURE_OPENAI_API_KEY: 'mine' }) {
  return azure.connect(modelOf({ ...hosted.model(service.url), ...fields }), world({ env }));
}

keepsTheContract(azure, async (scene) => {
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

describe('a deployment in Azure', () => {
  it('is found at the endpoint, with and without /openai, and the key has a header of its own', async () => {
    for (const end of ['', '/', '/openai', '/openai/']) {
      const connection = await open(
        { base_url: undefined },
        { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: service.url + end },
      );
      expect((await connection.complete(promptOf(), never)).text).toBe('ok');
    }
    expect(service.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(service.requests[0]?.body).toMatchObject({ max_completion_tokens: 500, prompt_cache_key: 'manager' });
    await expect(open({ base_url: undefined })).rejects.toMatchObject({ message: /AZURE_OPENAI_ENDPOINT is not set/ });
  });

  it('is refused a version that is none, and needs a key elsewhere than here', async () => {
    await expect(open({ options: { api_version: 'x&y' } })).rejects.toMatchObject({ failure: 'bad-request' });
    await expect(open({ base_url: 'https://x.openai.azure.com' }, {})).rejects.toMatchObject({
      failure: 'auth',
      message: /^AZURE_OPENAI_API_KEY is not set/,
    });
  });

  it('sends no key of the cache when it is told so', async () => {
    await (await open({ options: { cache_key: false } })).complete(promptOf(), never);
    expect(service.requests[0]?.body).not.toHaveProperty('prompt_cache_key');
  });
});
