import { describe, expect, it, vi } from 'vitest';
import { type Heard, type Image, ProviderError } from '../../../src/core/model/call.ts';
import { quickest } from '../../quickest.ts';
import { timeToLeave } from '../abort.ts';
import { runsInAnOrg } from '../in-an-org.ts';
import { modelOf, printedBy, promptOf, secondCall, world } from '../world.ts';
import type { Hosted } from './dialect.ts';

const never = new AbortController().signal;
const DOT: Image = { name: 'dot.png', type: 'image/png', data: 'iVBORw0KGgo=' };

/** What every hosted provider promises beside the contract of all providers. */
export function keepsTheHostedContract(hosted: Hosted): void {
  const { provider, dialect, service, model, variable, header } = hosted;
  runsInAnOrg(hosted);
  const open = (fields: Record<string, unknown> = {}, env: Record<string, string> = { [variable]: 'the-key' }) =>
    provider.connect(modelOf({ ...model(service.url), ...fields }), world({ env }));
  const sent = () => JSON.stringify(service.requests.at(-1)?.body);

  describe('the contract of hosted providers', () => {
    it('tells the text as it comes, and the same reply with and without a stream', async () => {
      const heard: string[] = [];
      service.answer(dialect.said('Hello there'), dialect.said('Hello there'), {
        ...dialect.said('Hello there'),
        plain: true,
      });
      const streamed = await (await open()).complete(promptOf(), never, (text) => heard.push(text));
      expect(heard).toEqual(['Hello ', 'there']);
      const plain = await (await open({ stream: false })).complete(promptOf(), never);
      expect(plain).toEqual(streamed);
      expect(plain.usage).toEqual({ ...plain.usage, input: 40, output: 20, reasoning: 5 });
      expect(await (await open()).complete(promptOf(), never)).toEqual(streamed);
    });

    it('prints nothing, whatever the service sends and the environment asks for', async () => {
      const headers = { 'content-type': 'text/event-stream' };
      const streams = [
        'data: {"x": nonsense',
        'event: thread.x\ndata: [',
        'event: x\ndata: [',
        'event: error\ndata: {}',
      ];
      const broken = streams.map((text) => ({ headers, body: `${text}\n\n` }));
      const answers = [...broken, dialect.said('ok'), { body: 'no JSON' }, { status: 500, body: { error: 'down' } }];
      const printed = await printedBy(async () => {
        for (const answer of answers) {
          service.answer(answer);
          const connection = await open();
          await connection.complete(promptOf(), never).catch((error: unknown) => error);
        }
      });
      expect(printed).toEqual([]);
    });

    it('makes acts of calls in a stream', async () => {
      const calls = [
        { id: 'a', name: 'x', input: { y: 'some longer text' } },
        { id: 'b', name: 'z', input: {} },
      ];
      service.answer(dialect.called(...calls));
      const heard = new Map<number, { tool: string; input: string }>();
      const hear: Heard = (text, act) => {
        if (act) heard.set(act.n, { tool: act.tool, input: (heard.get(act.n)?.input ?? '') + text });
      };
      const { acts } = await (await open()).complete(promptOf(), never, hear);
      expect(acts).toEqual(calls.map(({ id, name, input }) => ({ id, tool: name, input })));
      const told = [...heard.values()].map(({ tool, input }) => ({ tool, input: JSON.parse(input || '{}') }));
      expect(told).toContainEqual({ tool: 'x', input: { y: 'some longer text' } });
    });

    it('is left in the middle of a stream within 500 ms of an abort, whatever was collected', async () => {
      expect(await quickest(500, () => timeToLeave(service, dialect.said('half an answer'), open))).toBeLessThan(500);
    });

    it('hangs up on a service that takes too long or says too much', async () => {
      for (const ending of ['stall', 'hang', 'endless'] as const) {
        const left = service.left();
        service.answer({ ...dialect.said('x'.repeat(300_000)), ending });
        const connection = await open({ timeout_ms: ending === 'endless' ? 120_000 : 150 });
        await expect(connection.complete(promptOf(), never)).rejects.toMatchObject({
          failure: ending === 'endless' ? 'malformed' : 'timeout',
        });
        await left;
      }
    });

    it('keeps a key that no header can hold to itself', async () => {
      const connection = await open({}, { [variable]: 'half\nof-the-secret\u2026' });
      const error = await connection.complete(promptOf(), never).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ProviderError);
      expect((error as ProviderError).message).not.toContain('of-the-secret');
    });

    it('says what had come when it took too long', async () => {
      service.answer({ ...dialect.said('half an answer'), ending: 'stall' });
      const connection = await open({ timeout_ms: 3000 });
      const error = await connection.complete(promptOf(), never).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        failure: 'timeout',
        received: expect.any(Number),
        message: /did not end its answer/,
      });
    });

    it('sends images with the first words of the user, to models that can look at them', async () => {
      const prompt = { ...secondCall(), images: [DOT, { ...DOT, type: 'image/webp' as const }] };
      for (const form of ['native', 'json']) {
        await (await open({ images: true, form })).complete(prompt, never);
        expect(sent().split(DOT.data)).toHaveLength(3);
        expect(sent()).toContain('image/webp');
        expect(sent().indexOf('Let me look')).toBeGreaterThan(sent().lastIndexOf(DOT.data));
      }
      const before = service.requests.length;
      await expect((await open()).complete(prompt, never)).rejects.toMatchObject({
        failure: 'bad-request',
        message: /takes no images: set images: true/,
      });
      expect(service.requests).toHaveLength(before);
    });

    it('holds the answer to the form where the service can', async () => {
      const text = '{"acts": [{"tool": "read_file", "input": {"path": "x"}}], "notes": "n"}';
      service.answer(dialect.said(text), dialect.said(text));
      const reply = await (await open({ form: 'json', structured: true })).complete(promptOf(), never);
      expect(reply).toMatchObject({ text: 'n', acts: [{ id: 'form-1-1', tool: 'read_file', input: { path: 'x' } }] });
      expect(sent()).toContain('"enum":["send_message"]');
      await (await open({ form: 'json' })).complete(promptOf(), never);
      expect(sent()).not.toContain('"enum":["send_message"]');
      await (await open({ structured: true })).complete(promptOf(), never);
      expect(sent()).not.toContain('"enum":["send_message"]');
    });

    it('begins all requests of an agent with the same bytes', async () => {
      for (const form of ['native', 'json']) {
        const connection = await open({ form });
        await connection.complete(promptOf({ turn: 7 }), never);
        await connection.complete(secondCall({ turn: 8, mail: [] }), never);
        const [one, two] = service.requests.slice(-2).map((request) => stablePart(request.body));
        expect(one).toBe(two);
        expect(one).toContain('You are manager.');
        expect(one).toContain('Writes to a colleague.');
      }
    });

    it('takes a new key without a new connection', async () => {
      const env = { [variable]: 'first' };
      const connection = await provider.connect(modelOf(model(service.url)), world({ env }));
      await connection.complete(promptOf(), never);
      env[variable] = 'second';
      await connection.complete(promptOf(), never);
      expect(service.requests.map(({ headers }) => String(headers[header]).replace('Bearer ', ''))).toEqual([
        'first',
        'second',
      ]);
      env[variable] = '';
      await expect(connection.complete(promptOf(), never)).rejects.toMatchObject({
        failure: 'auth',
        message: new RegExp(variable),
      });
    });

    it('names a secret of the vault when the key is wrong', async () => {
      const outside = { ...world(), secret: async () => 'from the vault'.replaceAll(' ', '-') };
      const connection = await provider.connect(modelOf({ ...model(service.url), key: 'secret://mine' }), outside);
      service.answer({ status: 401, body: dialect.failure('no') });
      await expect(connection.complete(promptOf(), never)).rejects.toThrow('(check secret://mine)');
    });

    it('looks whether it could be called, for nothing', async () => {
      const connection = await open();
      expect(await connection.probe?.(never)).toMatch(/^reachable; it (?:knows|has|does not list)/);
      expect(service.requests.map(({ method }) => method)).toEqual(['GET']);
      service.answer({ status: 401, body: dialect.failure('no') });
      await expect(connection.probe?.(never)).rejects.toMatchObject({ failure: 'auth' });
      service.answer({ status: 500, body: 'down' });
      await expect(connection.probe?.(never)).rejects.toMatchObject({ failure: 'unavailable' });
    });

    it('reads no wishes but the model and its own variables', async () => {
      const wishes = {
        OPENAI_CUSTOM_HEADERS: 'x-spy: yes\nauthorization: Bearer spy',
        ANTHROPIC_CUSTOM_HEADERS: 'x-spy: yes\nauthorization: Bearer spy',
        OPENAI_BASE_URL: 'http://name.invalid',
        OPENAI_API_KEY: 'spy',
        OPENAI_ORG_ID: 'spy',
        ANTHROPIC_BASE_URL: 'http://name.invalid',
        ANTHROPIC_AUTH_TOKEN: 'spy',
        GOOGLE_GENAI_USE_VERTEXAI: 'true',
        GOOGLE_GEMINI_BASE_URL: 'http://name.invalid',
        GEMINI_API_KEY: 'spy',
        AZURE_OPENAI_API_KEY: 'spy',
        OPENAI_API_VERSION: 'spy',
        HTTP_PROXY: 'http://name.invalid',
      };
      for (const [name, value] of Object.entries(wishes)) vi.stubEnv(name, value);
      try {
        await (await open()).complete(promptOf(), never);
        expect(JSON.stringify(service.requests)).not.toContain('spy');
      } finally {
        vi.unstubAllEnvs();
      }
    });
  });
}

/** The bytes of a request before its conversation; where the conversation is written first, all the others. */
function stablePart(body: unknown): string {
  const { contents, ...rest } = body as Record<string, unknown>;
  if (contents !== undefined) return JSON.stringify(rest);
  const text = JSON.stringify(body);
  return text.slice(0, text.indexOf('"role":"user"'));
}
