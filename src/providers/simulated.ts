/** The provider `simulated`: made-up answers for load tests, the same for the same seed. */
import * as z from 'zod';
import { hashVector } from '../core/memory/similarity.ts';
import {
  type ActCall,
  PROVIDER_FAILURES,
  type Prompt,
  ProviderError,
  REPLY_FAILURES,
  type Reply,
} from '../core/model/call.ts';
import { estimateUsage, replyChars } from './estimate.ts';
import { readOptions } from './options.ts';
import type { Provider } from './provider.ts';

const shape = {
  distribution: z.enum(['fixed', 'uniform', 'lognormal', 'exponential']).default('fixed'),
  sigma: z.number().min(0).max(5).default(0.5).describe('lognormal: standard deviation of the logarithm'),
};
const chance = z.number().min(0).max(1).default(0);
const tokens = z.strictObject({ ...shape, mean: z.number().min(0).max(10_000_000) }).optional();

/** `options` of a simulated model. */
export const simulatedOptions = z.strictObject({
  seed: z.union([z.string(), z.number()]).default('').describe('another seed gives other answers'),
  latency: z.strictObject({ ...shape, mean_ms: z.number().min(0).max(3_600_000) }).optional(),
  input_tokens: tokens.describe('absent: estimated from the prompt'),
  output_tokens: tokens.describe('absent: estimated from the reply; never above what the prompt allows'),
  failure_rate: chance.describe('chance that a call fails'),
  failures: z
    .array(z.enum([...PROVIDER_FAILURES, ...REPLY_FAILURES]))
    .min(1)
    .default(['unavailable']),
  reply_rate: chance.describe('chance that a mail is answered to its sender; notices never are'),
  forward_rate: chance.describe('chance that a mail, or a visit without mail, makes a message to a random neighbour'),
  neighbours: z.array(z.string()).default([]).describe('for forward_rate; empty: the senders of the mail'),
  body_chars: z.number().int().min(0).max(1_000_000).default(80),
  answers: z.enum(['same', 'differ']).default('same').describe('differ: each attempt answers anew'),
  to: z.string().nullable().default(null).describe('one message of each visit goes to this agent'),
});
type SimulatedOptions = z.infer<typeof simulatedOptions>;

export default {
  about:
    'Answers by seed, with latencies, token counts and failures drawn from distributions: for load and experiments.',
  repeatable: true,
  free: true,
  options: simulatedOptions,
  async connect(model, outside) {
    const options = readOptions(simulatedOptions, model);
    const name = model.model ?? 'simulated';
    return {
      async complete(prompt, signal) {
        signal.throwIfAborted();
        const draw = draws(
          `${prompt.seed}\0${options.seed}\0${prompt.turn}\0${prompt.agent}\0${prompt.n}${salt(options)}`,
        );
        const latencyMs = options.latency ? sample(options.latency, options.latency.mean_ms, draw) : 0;
        if (latencyMs > 0) await outside.sleep(latencyMs, signal);
        if (draw() < options.failure_rate) {
          const failure = pick(options.failures, draw);
          throw new ProviderError(failure, `the simulation answers ${failure}`);
        }
        return answer(prompt, options, draw, name);
      },
      embed: async (texts) => texts.map(hashVector),
    };
  },
} satisfies Provider;

/** A number in [0, 1). */
type RandomNumber = () => number;

/** Calls so far of all models whose answers differ each time: this makes the answers of this process differ on purpose. */
let attempts = 0;

function salt(options: SimulatedOptions): string {
  return options.answers === 'same' ? '' : `\0${process.pid}.${++attempts}`;
}

/** An endless sequence of numbers that depends only on the text: FNV-1a of the text seeds mulberry32. */
function draws(text: string): RandomNumber {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws a whole number of the given mean. */
function sample(spread: { distribution: string; sigma: number }, mean: number, draw: RandomNumber): number {
  if (spread.distribution === 'uniform') return Math.round(2 * mean * draw());
  if (spread.distribution === 'exponential') return Math.round(-mean * Math.log(1 - draw()));
  if (spread.distribution !== 'lognormal') return Math.round(mean);
  const normal = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  return Math.round(mean * Math.exp(spread.sigma * normal - spread.sigma ** 2 / 2));
}

function pick<T>(list: readonly T[], draw: RandomNumber): T {
  return list[Math.floor(draw() * list.length)] as T;
}

/** Messages are sent in the first call of a visit only; later calls say that the visit is done. */
function answer(prompt: Prompt, options: SimulatedOptions, draw: RandomNumber, model: string): Reply {
  const acts = prompt.n === 1 ? messages(prompt, options, draw) : [];
  const text = prompt.n === 1 ? `Simulated visit of ${prompt.agent} in turn ${prompt.turn}.` : '';
  const usage = estimateUsage(prompt, replyChars(text, acts));
  const { input_tokens: input, output_tokens: output } = options;
  if (input) usage.input = sample(input, input.mean, draw);
  if (output) usage.output = Math.min(sample(output, output.mean, draw), prompt.maxOutputTokens);
  return { text, acts, usage, requestId: null, model, ends: true };
}

function messages(prompt: Prompt, options: SimulatedOptions, draw: RandomNumber): ActCall[] {
  const acts: ActCall[] = [];
  const send = (to: string, subject: string, more: { reply_to?: string } = {}) => {
    const input = { to, subject, body: filler(options.body_chars, draw), ...more };
    acts.push({ id: `simulated-1-${acts.length + 1}`, tool: 'send_message', input });
  };
  if (options.to !== null) send(options.to, `Turn ${prompt.turn}`);
  if (prompt.task !== undefined) {
    const input = { result: filler(options.body_chars, draw) };
    acts.push({ id: `simulated-1-${acts.length + 1}`, tool: 'complete_task', input });
  }
  for (const mail of prompt.mail) {
    if (mail.id !== prompt.task && mail.kind !== 'notice' && draw() < options.reply_rate)
      send(mail.from, `Re: ${mail.subject}`, { reply_to: mail.id });
  }
  const neighbours = options.neighbours.length
    ? options.neighbours
    : [...new Set(prompt.mail.map((mail) => mail.from))];
  const others = neighbours.filter((name) => name !== prompt.agent);
  for (let i = 0; i < Math.max(1, prompt.mail.length); i++) {
    if (draw() < options.forward_rate && others.length)
      send(pick(others, draw), prompt.mail[i]?.subject ?? `Turn ${prompt.turn}`);
  }
  return acts;
}

const WORDS =
  'the simulated agent writes words that nobody needs so that files journals and budgets have something to carry and ';

/** So many characters, beginning with a random number. */
function filler(chars: number, draw: RandomNumber): string {
  const head = `${Math.floor(draw() * 2 ** 32).toString(36)} `;
  return (head + WORDS.repeat(Math.ceil(Math.max(0, chars - head.length) / WORDS.length))).slice(0, chars);
}
