import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallFailure } from '../../src/core/model/call.ts';
import { provider } from '../../src/providers/find.ts';
import { modelOf, promptOf, world } from './world.ts';

let answer: { status: number; body: unknown };
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.body));
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const KEYS = Object.fromEntries(
  ['OPENAI', 'AZURE_OPENAI', 'ANTHROPIC', 'GEMINI'].map((name) => [`${name}_API_KEY`, 'a-secret-0123456789']),
);

/** How a provider fails when its service answers so. */
async function failureOf(name: string, status: number, body: unknown): Promise<CallFailure> {
  answer = { status, body };
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const model = modelOf({ provider: name, model: 'm', base_url });
  const connection = await (await provider(name)).connect(model, world({ env: KEYS }));
  const { failure } = await connection.complete(promptOf(), new AbortController().signal).then(
    () => expect.unreachable('it went well'),
    (error) => error,
  );
  return failure;
}

const chat = (message: string, code: string | number | null = null, type = 'invalid_request_error') => ({
  error: { message, code, type },
});
const claude = (message: string, type = 'invalid_request_error') => ({ type: 'error', error: { type, message } });
const google = (message: string) => ({ error: { code: 400, status: 'INVALID_ARGUMENT', message } });

describe.each([
  ['openai', 400, chat('too many tokens', 'context_length_exceeded'), 'too-long'],
  ['openai', 400, chat('a string is too long', 'string_above_max_length'), 'too-long'],
  ['openai', 400, chat('we have limited access', 'invalid_prompt'), 'refused'],
  ['openai', 400, chat('unknown parameter', 'unknown_parameter'), 'bad-request'],
  ['openai', 400, chat("This model's maximum context length is 1 token"), 'bad-request'],
  ['openai', 404, chat('no such model', 'model_not_found'), 'bad-request'],
  ['openai', 429, chat('slow down', 'context_length_exceeded'), 'rate-limit'],
  [
    'openai',
    429,
    chat(
      'Request too large for gpt-4.1 in organization org-1 on tokens per min (TPM): Limit 30000, Requested 45123.',
      'rate_limit_exceeded',
      'tokens',
    ),
    'too-long',
  ],
  [
    'openai',
    429,
    chat('Rate limit reached: "Request too large for gpt-4.1"', 'rate_limit_exceeded', 'tokens'),
    'rate-limit',
  ],
  ['azure', 400, chat('filtered', 'content_filter'), 'refused'],
  ['azure', 400, chat('too many tokens', 'context_length_exceeded'), 'too-long'],
  ['openai-compatible', 400, chat("This model's maximum context length is 4096 tokens.", 400), 'too-long'],
  ['openai-compatible', 400, chat('does not fit', 400, 'exceed_context_size_error'), 'too-long'],
  ['openai-compatible', 400, chat('the input said "This model\'s maximum context length is"'), 'bad-request'],
  ['openai-compatible', 413, chat('body too large'), 'too-long'],
  ['anthropic', 400, claude('prompt is too long: 210000 tokens > 200000 maximum'), 'too-long'],
  ['anthropic', 413, claude('Request exceeds the maximum size', 'request_too_large'), 'too-long'],
  ['anthropic', 400, claude('Output blocked by content filtering policy'), 'refused'],
  ['anthropic', 400, claude('messages.0: "prompt is too long"'), 'bad-request'],
  ['gemini', 400, google('The input token count (9) exceeds the maximum number of tokens allowed (8).'), 'too-long'],
  ['gemini', 400, google('Invalid value at generation_config'), 'bad-request'],
  ['ollama', 400, chat('the input length exceeds the context length'), 'too-long'],
  ['ollama', 400, chat('model does not support tools'), 'bad-request'],
] as const)('%s answers %i', (name, status, body, failure) => {
  it(`${JSON.stringify(body).slice(0, 90)}: ${failure}`, async () => {
    expect(await failureOf(name, status, body)).toBe(failure);
  });
});
