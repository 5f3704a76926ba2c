/**
 * What a call costs beside the answer: `npm run bench -- --calls`. The wrappers on a provider that answers at once, with the
 * raw call of an SDK to a server on this machine beside them; and a turn of 256 agents whose model takes a second.
 */

import { once, setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { OpenAI } from 'openai';
import { withEngine } from '../src/app/run-engine.ts';
import type { Reply } from '../src/core/model/call.ts';
import { realClock } from '../src/disk/fs/clock.ts';
import { realDisk } from '../src/disk/fs/real.ts';
import { realMachine } from '../src/engine/machine.ts';
import { breaker } from '../src/providers/with/breaker.ts';
import { fallback } from '../src/providers/with/fallback.ts';
import { limit, RateLimiter } from '../src/providers/with/limit.ts';
import type { CallModel, ModelRequest } from '../src/providers/with/line.ts';
import { record } from '../src/providers/with/record.ts';
import { retry } from '../src/providers/with/retry.ts';
import { timeout } from '../src/providers/with/timeout.ts';
import { limit as limitSchema, retry as retrySchema } from '../src/schema/config/models.ts';
import { buildOrg } from '../src/testing/build-org.ts';
import { median } from './ring.ts';

const REPLY: Reply = { text: 'ok', acts: [], usage: null, requestId: null, model: 'm' };
const never = new AbortController().signal;
setMaxListeners(0, never);

/** Microseconds a call takes bare, with all wrappers, and through an SDK to this machine. */
export async function wrappers(): Promise<Record<string, number>> {
  const bare: CallModel = async () => REPLY;
  const wrapped = wrap(bare);
  const server = new Worker(SERVER, { eval: true, workerData: 0 });
  const [port] = (await once(server, 'message')) as [number];
  const client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
  const raw = () => client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
  const times = { bare: [] as number[], wrapped: [] as number[], sdk: [] as number[] };
  for (let round = 0; round < 25; round++) {
    times.bare.push(await perCall(400, () => bare(asked(), never)));
    times.wrapped.push(await perCall(400, () => wrapped(asked(), never)));
    times.sdk.push(await perCall(40, raw));
  }
  await server.terminate();
  const us = { bare: median(times.bare), wrapped: median(times.wrapped), sdk: median(times.sdk) };
  return {
    'bare us/call': us.bare,
    'wrapped us/call': us.wrapped,
    'overhead us/call': us.wrapped - us.bare,
    'raw SDK call us': us.sdk,
    'overhead/SDK call': (us.wrapped - us.bare) / us.sdk,
  };
}

function wrap(line: CallModel): CallModel {
  const patience = { random: Math.random, sleep: realClock.sleep, goesOn: () => true };
  const book = {
    begin: async () => 'intent',
    replied: async (_intent: string, _asked: ModelRequest, reply: Reply) => reply,
    failed: async () => {},
    isForeign: () => false,
  };
  const gates = ['agent', 'model', 'provider'].map(
    (name) =>
      new RateLimiter(name, limitSchema().parse({ requests_per_second: 1_000_000, concurrency: 64 }), realClock),
  );
  const timed = timeout(line, 120_000, realClock.timer);
  const recorded = record(timed, book, () => performance.now());
  const tried = retry(
    limit(recorded, () => gates),
    retrySchema().parse({}),
    patience,
  );
  const guarded = breaker(tried, 'm', () => true);
  return fallback([{ name: 'm', open: async () => guarded }], () => {});
}

let turn = 0;
function asked(): ModelRequest {
  const prompt = {
    agent: 'a',
    turn: ++turn,
    n: 1,
    system: 'You are a.',
    parts: [],
    tools: [],
    maxOutputTokens: 500,
    mail: [],
    summaryDue: false,
    seed: 's',
  };
  return { prompt, priority: 0, budget: { left: 3 } };
}

async function perCall(calls: number, call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) await call();
  return ((performance.now() - start) / calls) * 1000;
}

/** A turn of so many agents at once: milliseconds of the turn with the SDK loaded in it, and of the next; megabytes at most. */
export async function manyAgents(root: string, agents: number, latencyMs: number): Promise<Record<string, number>> {
  const server = new Worker(SERVER, { eval: true, workerData: latencyMs });
  const [port] = (await once(server, 'message')) as [number];
  const names = Array.from({ length: agents }, (_, i) => `a${i}`);
  buildOrg(realDisk(root), {
    edges: { human: names, ...Object.fromEntries(names.map((name) => [name, ['human']])) },
    org: { limits: { concurrency: agents } },
    models: {
      default: {
        provider: 'openai',
        model: 'm',
        base_url: `http://127.0.0.1:${port}/v1`,
        price: { input: 1, output: 1 },
      },
    },
    credits: { agents: Object.fromEntries(names.map((name) => [name, { grant: 10 }])) },
    resumes: Object.fromEntries(names.map((name) => [name, { schedule: { every: 1, when: 'always' } }])),
  });
  const times: number[] = [];
  let [went, peak] = [0, 0];
  await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
    for (let turn = 0; turn < 3; turn++) {
      const start = performance.now();
      const { visits } = await engine.turn();
      times.push(performance.now() - start);
      went += visits.filter(({ outcome }) => outcome === 'ok').length;
      peak = Math.max(peak, process.memoryUsage.rss() / 2 ** 20);
    }
  });
  await server.terminate();
  const [first = 0, ...later] = times;
  return {
    agents,
    'visits that went well': went,
    'first turn ms': first,
    'later turn ms': median(later),
    'resident MB': peak,
  };
}

/** A server on a thread of its own that speaks chat completions, after so many milliseconds. */
const SERVER = `
const { parentPort, workerData } = require('node:worker_threads');
const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'ok', refusal: null } }];
const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
const body = JSON.stringify({ id: 'c-1', object: 'chat.completion', created: 1, model: 'm', choices, usage });
const server = require('node:http').createServer((request, response) => {
  request.resume();
  request.on('end', () => setTimeout(() => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  }, workerData));
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;
