import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type CallFailure, ProviderError, type Reply } from '../../../src/core/model/call.ts';
import { thin } from '../../campaign/thin.ts';
import type { Answer } from '../fake-service.ts';
import { HOSTILE, modelOf, promptOf, world } from '../world.ts';
import type { Dialect, Hosted } from './dialect.ts';

/** A key that looks different in base64 and in an address. */
export const CANARY = 'canary/key+0123456789=&%';

type UsageClass = 'none' | 'sound' | 'doubtful';

/** What a script must lead to. `begun`: the service had begun to answer, so the call is charged. */
type Outcome = { usage?: UsageClass; requests?: number } & (
  | { failure: CallFailure; begun: boolean; waits?: number | null; says?: RegExp }
  | { reply: Partial<Pick<Reply, 'text' | 'acts'>> }
);

interface Script {
  name: string;
  answer?: Answer;
  outcome: Outcome;
  /** In which styles of answer it can happen; both when absent. */
  only?: 'stream' | 'plain';
  fields?: Record<string, unknown>;
  /** Where the request goes instead of to the service. */
  where?: 'nobody' | 'no such host' | 'not TLS';
}

const SHORT = { timeout_ms: 150 };
/** Long enough for headers to come; on a machine that is too busy for that, it is tried with ten times as much. */
const BEGUN = { timeout_ms: 700 };
const never = new AbortController().signal;

/** Every way in which a service can fail, the same for every provider. */
export function scripts(d: Dialect): Script[] {
  return [...ofStatus(d), ...ofConnection(d), ...ofBody(d), ...ofReply(d), ...ofUsage(d), ...quotingTheKey(d)];
}

function ofStatus(d: Dialect): Script[] {
  const kinds: [number, CallFailure][] = [
    [400, 'bad-request'],
    [401, 'auth'],
    [402, 'auth'],
    [403, 'auth'],
    [404, 'bad-request'],
    [408, 'timeout'],
    [409, 'unavailable'],
    [413, 'too-long'],
    [422, 'bad-request'],
    [429, 'rate-limit'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'overloaded'],
    [529, 'overloaded'],
  ];
  const failed = (status: number, headers: Record<string, string> = {}): Answer => ({
    status,
    headers,
    body: d.failure('because'),
  });
  const fails = (failure: CallFailure, waits: number | null = null, says?: RegExp): Outcome => {
    return { failure, begun: false, usage: 'none', waits, ...(says && { says }) };
  };
  const date = { 'retry-after': 'Wed, 21 Oct 2026 07:28:10 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' };
  return [
    ...kinds.map(([status, kind]) => ({
      name: `status ${status}`,
      answer: failed(status),
      outcome: fails(kind, null, new RegExp(`${status} because`)),
    })),
    { name: '429, wait for seconds', answer: failed(429, { 'retry-after': '3' }), outcome: fails('rate-limit', 3000) },
    {
      name: '429, wait for milliseconds',
      answer: failed(429, { 'retry-after-ms': '250', 'retry-after': '9' }),
      outcome: fails('rate-limit', 250),
    },
    { name: '429, wait until a date', answer: failed(429, date), outcome: fails('rate-limit', 10_000) },
    { name: '503, wait for seconds', answer: failed(503, { 'retry-after': '1' }), outcome: fails('overloaded', 1000) },
    {
      name: '500 with a page',
      answer: { status: 500, body: '<html>down</html>' },
      outcome: fails('unavailable', null, /down/),
    },
    { name: '500 with nothing', answer: { status: 500, body: '' }, outcome: fails('unavailable') },
    {
      name: '500 with cut JSON',
      answer: { status: 500, body: '{"error": {"mess', headers: { 'content-type': 'application/json' } },
      outcome: fails('unavailable'),
    },
    {
      name: 'redirect 302',
      answer: { status: 302, headers: { location: '/elsewhere' }, body: {} },
      outcome: fails('unavailable'),
    },
    {
      name: 'redirect 307',
      answer: { status: 307, headers: { location: '/elsewhere' }, body: {} },
      outcome: fails('unavailable'),
    },
  ];
}

function ofConnection(d: Dialect): Script[] {
  const unreached: Outcome = { failure: 'unavailable', begun: false, usage: 'none', requests: 0 };
  const late = (begun: boolean): Outcome => ({ failure: 'timeout', begun });
  const stream = { 'content-type': 'text/event-stream' };
  return [
    { name: 'nobody listens', where: 'nobody', outcome: { ...unreached, says: /ECONNREFUSED/ } },
    { name: 'no such host', where: 'no such host', outcome: { ...unreached, says: /ENOTFOUND|EAI_AGAIN/ } },
    { name: 'not TLS', where: 'not TLS', outcome: { ...unreached, says: /SSL|TLS/i } },
    {
      name: 'reset before headers',
      answer: { ending: 'drop' },
      outcome: { failure: 'unavailable', begun: false, usage: 'none' },
    },
    {
      name: 'reset after headers',
      answer: { ...d.said('hello'), ending: 0 },
      outcome: { failure: 'unavailable', begun: true },
    },
    {
      name: 'reset in the middle',
      answer: { ...d.said('hello'), ending: 90 },
      outcome: { failure: 'unavailable', begun: true },
    },
    {
      name: 'ends in the middle',
      answer: { ...d.said('hello'), ending: -91 },
      outcome: { failure: 'unavailable', begun: true },
    },
    { name: 'slow headers', answer: { ending: 'hang' }, fields: SHORT, outcome: { ...late(false), usage: 'none' } },
    {
      name: 'headers, then silence',
      answer: { ...d.said('hello'), ending: 'silence' },
      fields: BEGUN,
      outcome: { ...late(true), usage: 'none' },
    },
    { name: 'half, then silence', answer: { ...d.said('hello'), ending: 'stall' }, fields: BEGUN, outcome: late(true) },
    { name: 'slow drip', answer: { ...d.said('hello'), ending: 'drip' }, fields: BEGUN, outcome: late(true) },
    {
      name: 'pings for ever',
      answer: { body: ': ping\n\n', headers: stream, ending: 'endless' },
      fields: BEGUN,
      only: 'stream',
      outcome: late(true),
    },
    {
      name: 'text for ever',
      answer: { ...d.said('x'.repeat(300_000)), ending: 'endless' },
      outcome: { failure: 'malformed', begun: true, says: /larger than/ },
    },
  ];
}

function ofBody(d: Dialect): Script[] {
  const json = { 'content-type': 'application/json' };
  const none: Outcome = { failure: 'unavailable', begun: true, usage: 'none' };
  const plain = (name: string, body: unknown): Script => ({
    name,
    answer: { body, plain: true, headers: json },
    outcome: none,
  });
  return [
    plain('malformed JSON', '{"id": nonsense}'),
    plain('cut JSON', '{"id": "x", "choi'),
    plain('an array', []),
    plain('null', 'null'),
    plain('a text', '"hello"'),
    plain('a number', '42'),
    plain('an empty object', {}),
    ...d.odd.map((body, i) => ({ name: `odd inside ${i + 1}`, answer: { body }, outcome: none })),
    {
      name: 'a failure that calls itself a success',
      answer: { body: d.failure('no', 'overloaded'), plain: true },
      outcome: { failure: 'overloaded', begun: true, usage: 'none' },
    },
    {
      name: 'a failure in one word that calls itself a success',
      answer: { body: { error: 'model not loaded' }, plain: true },
      outcome: { failure: 'unavailable', begun: true, usage: 'none', says: /: model not loaded$/ },
    },
    {
      name: 'a success that says it is no failure',
      answer: { body: { ...(d.said('hello').body as object), error: null }, plain: true },
      outcome: { reply: { text: 'hello' }, usage: 'sound' },
    },
    { name: 'calls that are texts', answer: { body: d.oddCall }, outcome: none },
    {
      name: 'malformed event',
      answer: {
        body: 'data: {"x": nonsense}\n\nevent: x\ndata: [\n\n',
        headers: { 'content-type': 'text/event-stream' },
      },
      outcome: none,
    },
    {
      name: 'a stream without events',
      answer: { body: ': nothing\n\n', headers: { 'content-type': 'text/event-stream' } },
      outcome: none,
    },
    { name: 'no content', answer: { status: 204, body: '' }, outcome: none },
    { name: 'empty body', answer: { body: '', headers: json }, outcome: none },
    { name: 'a page of somebody else', answer: { body: '<html>Log in to the network</html>' }, outcome: none },
    {
      name: 'broken gzip',
      answer: { body: Buffer.from('no gzip at all'), headers: { ...json, 'content-encoding': 'gzip' } },
      outcome: none,
    },
    {
      name: 'JSON under a wrong name',
      answer: { ...d.said('hello'), plain: true, headers: { 'content-type': 'text/plain' } },
      outcome: { reply: { text: 'hello' }, usage: 'sound' },
    },
    {
      name: 'a plain body instead of a stream',
      answer: { ...d.said('hello'), plain: true },
      outcome: { reply: { text: 'hello', acts: [] }, usage: 'sound' },
    },
    {
      name: 'overloaded in the middle',
      answer: { body: d.failingStream('overloaded'), headers: { 'content-type': 'text/event-stream' } },
      only: 'stream',
      outcome: { failure: 'overloaded', begun: true },
    },
    {
      name: 'rate limit in the middle',
      answer: { body: d.failingStream('rate-limit'), headers: { 'content-type': 'text/event-stream' } },
      only: 'stream',
      outcome: { failure: 'rate-limit', begun: true },
    },
    {
      name: 'huge reply',
      answer: d.said('x'.repeat(9 * 1024 * 1024)),
      outcome: { failure: 'malformed', begun: true, says: /larger than/ },
    },
    {
      name: 'long reply',
      answer: d.said('long '.repeat(100_000)),
      outcome: { reply: { text: 'long '.repeat(100_000) }, usage: 'sound' },
    },
  ];
}

function ofReply(d: Dialect): Script[] {
  const charged = (failure: CallFailure, says?: RegExp): Outcome => ({
    failure,
    begun: true,
    usage: 'sound',
    ...(says && { says }),
  });
  const acts = (...list: Reply['acts']): Outcome => ({ reply: { acts: list }, usage: 'sound' });
  const twice = d.twice('first', 'second');
  return [
    { name: 'empty reply', answer: d.said(''), outcome: { reply: { text: '', acts: [] }, usage: 'sound' } },
    { name: 'length stop', answer: d.ended('length'), outcome: charged('incomplete', /500 tokens/) },
    { name: 'content filter', answer: d.ended('filter'), outcome: charged('refused') },
    { name: 'refusal', answer: d.ended('refusal'), outcome: charged('refused') },
    { name: 'hostile text', answer: d.said(HOSTILE), outcome: { reply: { text: HOSTILE }, usage: 'sound' } },
    {
      name: 'unknown tool',
      answer: d.called({ id: 'a', name: 'rm_rf', input: { path: '/' } }),
      outcome: acts({ id: 'a', tool: 'rm_rf', input: { path: '/' } }),
    },
    {
      name: 'arguments that are a text',
      answer: d.called({ id: 'a', name: 'x', input: 'text' }),
      outcome: acts({ id: 'a', tool: 'x', input: 'text' }),
    },
    {
      name: 'arguments that are a number',
      answer: d.called({ id: 'a', name: 'x', input: 5 }),
      outcome: acts({ id: 'a', tool: 'x', input: 5 }),
    },
    {
      name: 'arguments that are a list',
      answer: d.called({ id: 'a', name: 'x', input: [1] }),
      outcome: acts({ id: 'a', tool: 'x', input: [1] }),
    },
    {
      name: 'arguments that are no JSON',
      answer: d.called({ id: 'a', name: 'x', text: '{"to": hum' }),
      ...(d.writesArguments === 'in streams' && { only: 'stream' as const }),
      // They stay a text: the tool refuses it, and the other calls of the reply stand.
      outcome: acts({ id: 'a', tool: 'x', input: '{"to": hum' }),
    },
    {
      name: 'no arguments',
      answer: d.called({ id: 'a', name: 'x', input: {} }),
      outcome: acts({ id: 'a', tool: 'x', input: {} }),
    },
    {
      name: 'a call without a name',
      answer: d.called({ id: 'a', input: {} }),
      outcome: charged('malformed', /no name/),
    },
    {
      name: 'ids used twice',
      answer: d.called({ id: 'a', name: 'x', input: {} }, { id: 'a', name: 'y', input: {} }),
      outcome: acts({ id: 'a', tool: 'x', input: {} }, { id: 'call-1-2', tool: 'y', input: {} }),
    },
    {
      name: 'ids that look like ours',
      answer: d.called({ id: 'call-1-2', name: 'x', input: {} }, { name: 'y', input: {} }),
      outcome: acts({ id: 'call-1-2', tool: 'x', input: {} }, { id: 'call-1-2_', tool: 'y', input: {} }),
    },
    {
      name: 'missing ids',
      answer: d.called({ name: 'x', input: {} }, { id: '', name: 'y', input: {} }),
      outcome: acts({ id: 'call-1-1', tool: 'x', input: {} }, { id: 'call-1-2', tool: 'y', input: {} }),
    },
    {
      name: 'too deep nesting',
      answer: d.called({ id: 'a', name: 'x', input: { x: nested(500) } }),
      outcome: charged('malformed', /levels deep/),
    },
    {
      name: 'too deep nesting in the form',
      answer: d.said(`{"acts": [{"tool": "x", "input": {"x": ${JSON.stringify(nested(500))}}}]}`),
      fields: { form: 'json' },
      outcome: charged('malformed', /levels deep/),
    },
    {
      name: 'a form that is cut',
      answer: d.said('{"acts": [{"tool": "x", "input": {'),
      fields: { form: 'json' },
      outcome: { reply: { text: '{"acts": [{"tool": "x", "input": {', acts: [] }, usage: 'sound' },
    },
    ...(twice
      ? [{ name: 'two choices', answer: twice, outcome: { reply: { text: 'first' }, usage: 'sound' } as Outcome }]
      : []),
  ];
}

function nested(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}

function ofUsage(d: Dialect): Script[] {
  const usage = (name: string, report: unknown, usage: UsageClass, only?: 'plain'): Script => {
    return {
      name: `usage ${name}`,
      answer: d.said('hello', report),
      outcome: { reply: { text: 'hello' }, usage },
      ...(only && { only }),
    };
  };
  return [
    usage('missing', null, 'none'),
    usage('that is a text', 'many', 'none'),
    usage('without a number', {}, 'none', 'plain'),
    usage('negative', d.usage.negative, 'doubtful'),
    usage('with a text for a number', d.usage.text, 'doubtful'),
    usage('contradictory', d.usage.contradictory, 'doubtful'),
    usage('absurdly large', d.usage.absurd, 'doubtful'),
    usage('with half of the numbers', d.usage.partial, 'doubtful'),
  ];
}

function quotingTheKey(d: Dialect): Script[] {
  const forms = {
    raw: CANARY,
    base64: Buffer.from(CANARY).toString('base64'),
    'in an address': encodeURIComponent(CANARY),
  };
  return [
    ...Object.entries(forms).map(([form, key]): Script => {
      const answer = { status: 401, headers: { 'x-request-id': `req ${key}` }, body: d.failure(`wrong key ${key}`) };
      return {
        name: `quotes the key ${form}`,
        answer,
        outcome: { failure: 'auth', begun: false, usage: 'none', says: /check |secret:/ },
      };
    }),
    {
      name: 'a failure in the middle that quotes the key',
      answer: {
        body: d.failingStream('overloaded').replace('later', CANARY),
        headers: { 'content-type': 'text/event-stream' },
      },
      only: 'stream',
      outcome: { failure: 'overloaded', begun: true },
    },
    {
      name: 'a refusal of its own in the name of the request',
      answer: { ...d.ended('length'), headers: { 'x-request-id': CANARY, 'request-id': CANARY } },
      outcome: { failure: 'incomplete', begun: true, usage: 'sound' },
    },
    {
      name: 'a page that quotes the key',
      answer: { status: 500, body: `<p>${CANARY}</p>` },
      outcome: { failure: 'unavailable', begun: false, usage: 'none' },
    },
    {
      name: 'text that is no JSON and quotes the key',
      answer: { body: `{"x": ${CANARY}` },
      outcome: { failure: 'unavailable', begun: true, usage: 'none' },
    },
  ];
}

/** Runs every script against a provider and prints how many passed. */
export function survivesFailures(hosted: Hosted): void {
  const { service, dialect } = hosted;
  const all = scripts(dialect);
  let passed = 0;
  let failed = 0;
  const counted = (run: () => Promise<void>) => async () => {
    failed++;
    const spoken = (['debug', 'log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method));
    await run();
    for (const spy of spoken) expect(spy, 'the SDK writes to the terminal').not.toHaveBeenCalled();
    failed--;
    passed++;
  };

  describe('when the service fails', () => {
    for (const script of all)
      it(
        script.name,
        counted(async () => {
          for (const style of ['stream', 'plain'] as const) {
            if (script.only && script.only !== style) continue;
            const tried = async (fields = script.fields) => {
              service.requests.length = 0;
              if (script.answer) service.answer(script.answer);
              const url = await addressOf(script, service.url);
              return ask(hosted, url, { ...fields, stream: style === 'stream' });
            };
            let settled = await tried();
            if (script.fields === BEGUN && settled instanceof ProviderError && settled.received === null)
              settled = await tried({ timeout_ms: 10 * BEGUN.timeout_ms });
            holds(script.outcome, settled, style);
            expect(service.requests.length, style).toBe(script.outcome.requests ?? 1);
            keepsTheKey(hosted, settled);
          }
        }),
      );

    it(
      'takes no part of a stream for the whole, wherever it is cut',
      counted(() => survivesCuts(hosted, true)),
    );
    it(
      'takes no part of a body for the whole, wherever it is cut',
      counted(() => survivesCuts(hosted, false)),
    );
  });
  afterEach(() => void vi.restoreAllMocks());
  afterAll(() => console.log(`provider ${hosted.model('').provider}: ${passed} scripts passed, ${failed} failed`));
}

async function ask(hosted: Hosted, url: string, fields: Record<string, unknown>): Promise<Reply | ProviderError> {
  const outside = world({ env: { [hosted.variable]: CANARY } });
  const connection = await hosted.provider.connect(modelOf({ ...hosted.model(url), ...fields }), outside);
  return connection.complete(promptOf(), never).catch((error: unknown) => {
    expect(error).toBeInstanceOf(ProviderError);
    return error as ProviderError;
  });
}

async function addressOf({ where }: Script, url: string): Promise<string> {
  if (where === 'no such host') return 'http://name.invalid';
  if (where === 'not TLS') return url.replace('http:', 'https:');
  return where === 'nobody' ? `http://127.0.0.1:${await closedPort()}` : url;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function holds(outcome: Outcome, settled: Reply | ProviderError, style: string): void {
  if ('reply' in outcome) expect(settled, style).toMatchObject(outcome.reply);
  else {
    const { failure, begun, waits = null, says = /./ } = outcome;
    expect(settled, style).toMatchObject({ failure, retryAfterMs: waits });
    const { received, message } = settled as ProviderError;
    expect(message).toMatch(says);
    if (begun) expect(received, style).toBeTypeOf('number');
    else expect(received, style).toBeNull();
  }
  if (outcome.usage) expect(classOf(settled.usage), style).toBe(outcome.usage);
}

function classOf(usage: Reply['usage']): UsageClass {
  if (usage === null) return 'none';
  for (const [name, tokens] of Object.entries(usage))
    if (name !== 'doubtful') expect(Number.isSafeInteger(tokens) && Number(tokens) >= 0, name).toBe(true);
  return usage.doubtful ? 'doubtful' : 'sound';
}

/** The key is where the service looks for it and nowhere else. */
function keepsTheKey({ service, header }: Hosted, settled: Reply | ProviderError): void {
  const error = settled instanceof ProviderError ? [settled.message, settled.stack, String(settled.cause)] : [];
  const sent = service.requests.map(({ path, headers, body }) => [path, { ...headers, [header]: '' }, body]);
  const shown = JSON.stringify([{ ...settled }, error, sent]);
  for (const form of [CANARY, Buffer.from(CANARY).toString('base64'), encodeURIComponent(CANARY)])
    expect(shown).not.toContain(form);
  for (const { headers } of service.requests) expect(headers[header]).toContain(CANARY);
}

/**
 * Asks for one small reply again and again, cut one byte later each time: as if it were whole, which is the cut that can be
 * mistaken for an end, and by a reset, which the connection itself tells.
 */
async function survivesCuts(hosted: Hosted, stream: boolean): Promise<void> {
  const { service, dialect } = hosted;
  const whole: Answer = { body: dialect.tiny };
  const bytes = service.bytesOf(whole, stream).length;
  const outside = world({ env: { [hosted.variable]: CANARY } });
  const connection = await hosted.provider.connect(modelOf({ ...hosted.model(service.url), stream }), outside);
  const all = Array.from({ length: bytes }, (_, at) => [at, -at - 1]).flat();
  const endings = all.filter((_, i) => i % thin(17) === 0);
  const next = endings[Symbol.iterator]();
  service.requests.length = 0;
  service.answer(...endings.map(() => (request: unknown) => ({ ...whole, ending: endingIn(request) })));
  const askOn = async () => {
    for (const ending of next) {
      const system = `Cut at ${ending}.`;
      const settled = await connection.complete(promptOf({ system }), never).catch((error: unknown) => error);
      survivesCut(settled, ending, stream);
    }
  };
  await Promise.all(Array.from({ length: 8 }, askOn));
  expect(service.requests.length).toBe(endings.length);
}

function endingIn(request: unknown): number {
  return Number(/Cut at (-?\d+)\./.exec(JSON.stringify(request))?.[1]);
}

function survivesCut(settled: unknown, ending: number, stream: boolean): void {
  // A stream is whole with its last word, whatever was to come after that; a body never is.
  if (stream && ending < 0 && !(settled instanceof Error)) {
    expect(settled, `cut at ${ending}`).toMatchObject({ acts: [{ id: 'a', tool: 'x', input: { y: 'é' } }] });
    return;
  }
  expect(settled, `cut at ${ending}`).toMatchObject({ failure: 'unavailable' });
  expect((settled as ProviderError).received, `cut at ${ending}`).toBeTypeOf('number');
}
