import { describe, expect, it } from 'vitest';
import gemini from '../../src/providers/gemini.ts';
import { keepsTheContract, type Scene } from './contract.ts';
import { geminiDialect, type Hosted } from './dialect.ts';
import { survivesFailures } from './failures.ts';
import { called, fakeGemini } from './fake-gemini.ts';
import { keepsTheHostedContract } from './hosted.ts';
import { modelOf, promptOf, world } from './world.ts';

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

describe('an answer of Gemini', () => {
  it('counts what was thought as output, and what tools asked as input', async () => {
    const { usage } = await (await open()).complete(promptOf(), never);
    expect(usage).toEqual({ input: 40, cachedInput: 60, cacheWrite: 0, output: 20, reasoning: 5 });
  });
});
