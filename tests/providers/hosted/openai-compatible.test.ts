import { describe, expect, it } from 'vitest';
import compatible from '../../../src/providers/openai-compatible.ts';
import { keepsTheContract, type Scene } from '../contract.ts';
import { modelOf, promptOf, world } from '../world.ts';
import { chatDialect, type Hosted } from './dialect.ts';
import { survivesFailures } from './failures.ts';
import { called, fakeOpenAI } from './fake-openai.ts';
import { keepsTheHostedContract } from './hosted.ts';

const service = fakeOpenAI({ auth: { header: 'authorization', pattern: /^(?:Bearer \S+|undefined)$/ } });
const never = new AbortController().signal;
const hosted: Hosted = {
  provider: compatible,
  dialect: chatDialect,
  service,
  model: (url) => ({ provider: 'openai-compatible', model: 'gpt-test', base_url: `${url}/v1`, key: 'env:MY_KEY' }),
  variable: 'MY_KEY',
  header: 'authorization',
};

function open(fields: Record<string, unknown> = {}, env: Record<string, string> = { MY_KEY: 'mine' }) {
  return compatible.connect(modelOf({ ...hosted.model(service.url), ...fields }), world({ env }));
}

keepsTheContract(compatible, async (scene) => {
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

describe('a compatible service', () => {
  it('needs an address, and a key only when one is named', async () => {
    await expect(open({ base_url: undefined })).rejects.toMatchObject({ failure: 'bad-request', message: /base_url/ });
    await expect(open({}, {})).rejects.toMatchObject({ failure: 'auth', message: /MY_KEY is not set/ });
    const connection = await open({ key: undefined }, { OPENAI_API_KEY: 'not for you' });
    await connection.complete(promptOf(), never);
    expect(service.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [
      { id: 'one', name: 'x' },
      { id: 'two', name: 'y' },
    ],
    [{ name: 'x' }, { name: 'y' }],
  ])('may count no places of calls, or every call as the first: %j, %j', async (one, two) => {
    for (const index of [0, undefined]) {
      if (index === 0 && !('id' in one)) continue;
      const piece = ({ id, name }: { id?: string; name: string }, text: string) => {
        return { index, id, function: { name, arguments: text } };
      };
      const deltas = [piece(one, '{"a":'), { index, function: { arguments: '1}' } }, piece(two, '{}')];
      const chunks = [
        ...deltas.map((call) => ({ choices: [{ index: 0, delta: { tool_calls: [call] } }] })),
        { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
      ];
      const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
      service.answer({ body, headers: { 'content-type': 'text/event-stream' } });
      const { acts } = await (await open()).complete(promptOf(), never);
      expect(acts).toMatchObject([
        { tool: 'x', input: { a: 1 } },
        { tool: 'y', input: {} },
      ]);
    }
  });
});
