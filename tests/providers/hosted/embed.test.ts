import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import openai from '../../../src/providers/openai.ts';
import compatible from '../../../src/providers/openai-compatible.ts';
import simulated from '../../../src/providers/simulated.ts';
import { fakeService } from '../fake-service.ts';
import { modelOf, world } from '../world.ts';

const request = z.strictObject({
  model: z.string().min(1),
  input: z.array(z.string()).min(1),
  encoding_format: z.literal('float'),
});
const place = '/v1/embeddings';
const service = fakeService({
  paths: { plain: place, stream: `${place}/never` },
  schema: request,
  faultsInHeaders: () => [],
  faultsIn: (_, headers) => (headers.authorization === 'Bearer mine' ? [] : ['no key']),
  usual: ({ input }) => ({
    body: { object: 'list', data: input.map((text, index) => ({ index, embedding: [text.length, 1] })).reverse() },
  }),
  streamed: () => '',
  looked: () => ({}),
});
const never = new AbortController().signal;
const open = (provider: typeof openai | typeof compatible, name: string) =>
  provider.connect(
    modelOf({ provider: name, model: 'small', base_url: `${service.url}/v1`, key: 'env:MY_KEY', timeout_ms: 5000 }),
    world({ env: { MY_KEY: 'mine' } }),
  );

describe.each([
  ['openai', openai],
  ['openai-compatible', compatible],
] as const)('vectors of %s', (name, provider) => {
  it('come in the order of the texts, whatever the order of the answer', async () => {
    const connection = await open(provider, name);
    expect(await connection.embed?.(['one', 'three'], never)).toEqual([
      [3, 1],
      [5, 1],
    ]);
    expect(service.requests.at(-1)?.body).toEqual({
      model: 'small',
      input: ['one', 'three'],
      encoding_format: 'float',
    });
  });

  it.each([
    ['no vectors', { body: { data: 'none' } }, 'unavailable'],
    ['words in the place of numbers', { body: { data: [{ index: 0, embedding: ['1'] }] } }, 'unavailable'],
    ['no JSON', { body: 'hello' }, 'unavailable'],
    ['a wrong key', { status: 401, body: { error: { message: 'who are you, mine?' } } }, 'auth'],
    ['too many calls', { status: 429, body: { error: { message: 'slower' } } }, 'rate-limit'],
  ])('fail when the service answers with %s', async (_, answer, failure) => {
    service.answer(answer);
    const asked = (await open(provider, name)).embed?.(['one'], never);
    await expect(asked).rejects.toMatchObject({ failure, message: expect.stringContaining(name) });
    await expect(asked).rejects.not.toMatchObject({ message: expect.stringContaining('mine') });
  });
});

it('a simulated model makes them from the spelling, the same each time', async () => {
  const connection = await simulated.connect(modelOf({ provider: 'simulated' }), world());
  const [one, again] = await connection.embed(['a text', 'a text']);
  expect(one).toHaveLength(256);
  expect(again).toEqual(one);
});
