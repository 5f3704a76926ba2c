/** The schema of `org/models.yaml`: models, prices, limits, retries, breakers and the cache. */
import * as z from 'zod';
import { later } from '../later.ts';
import { isInside } from '../name.ts';
import { serviceUrl } from '../url.ts';
import { credits } from './credits.ts';

/** Prices in micro-credits per million tokens, or micro-credits per call. */
export const price = later(() =>
  z.strictObject({
    input: credits().optional().describe('credits per million uncached input tokens'),
    cached_input: credits().optional().describe('credits per million input tokens read from the cache'),
    cache_write: credits().optional().describe('credits per million input tokens written to the cache'),
    output: credits().optional().describe('credits per million output tokens'),
    per_call: credits().optional().describe('credits per call, instead of tokens'),
  }),
);
export type Price = z.infer<ReturnType<typeof price>>;

const whole = (least: number, most: number) => z.number().int().min(least).max(most);
const milliseconds = whole(1, 3_600_000);

/** How many calls and tokens are allowed at the same time and in a period; an absent key does not limit. */
export const limit = later(() =>
  z.strictObject({
    requests_per_second: whole(1, 1_000_000).optional().describe('calls that may start in one second'),
    requests_per_minute: whole(1, 1_000_000).optional().describe('calls that may start in one minute'),
    tokens_per_minute: whole(1, 1_000_000_000).optional().describe('tokens that may be requested in one minute'),
    concurrency: whole(1, 100_000).optional().describe('calls at the same time'),
    queue: whole(0, 100_000).default(100).describe('calls that may wait; the next one fails with rate-limit'),
    wait_ms: milliseconds.default(30_000).describe('milliseconds a call may wait; then it fails with rate-limit'),
  }),
);
export type Limit = z.infer<ReturnType<typeof limit>>;

/** How often one call is tried, and the pauses between: random, between 0 and a bound that doubles. */
export const retry = later(() =>
  z.strictObject({
    attempts: whole(1, 10).default(3).describe('attempts of one call, including the first'),
    first_ms: milliseconds
      .default(1000)
      .describe('upper bound of the first pause, in milliseconds; it doubles each time'),
    most_ms: milliseconds.default(30_000).describe('longest pause in milliseconds, also if the service asks for more'),
  }),
);
export type Retry = z.infer<ReturnType<typeof retry>>;

/** When a model is left alone. */
export const breaker = later(() =>
  z.strictObject({
    failures: whole(1, 1000).default(5).describe('failures in a row after which the model is not called for a while'),
    rest_ms: whole(1, 86_400_000).default(60_000).describe('milliseconds until one call tries it again'),
  }),
);

/** Which replies are given again instead of asking. */
export const cache = later(() =>
  z.strictObject({
    ttl_seconds: whole(1, 31_536_000).default(86_400).describe('seconds for which a reply may be reused'),
    entries: whole(1, 1_000_000)
      .default(1000)
      .describe('replies that are kept; the least recently used is removed first'),
  }),
);
export type CacheSettings = z.infer<ReturnType<typeof cache>>;

/** Where a key is found. */
export const keyReference = later(() =>
  z
    .string()
    .regex(
      /^(env:[A-Z][A-Z0-9_]*|secret:\/\/[a-z][a-z0-9_-]*)$/,
      'a reference such as env:OPENAI_API_KEY or secret://openai, never the key itself',
    ),
);

/**
 * One entry of `org/models.yaml`: a provider with its settings. Settings that only one provider knows go into `options`.
 */
export const model = later(() =>
  z.strictObject({
    provider: z
      .string()
      .describe(
        'scripted, simulated, openai, openai-compatible, azure, anthropic, gemini, ollama, command, or the path of a plug-in in the org such as ./org/providers/mine.mjs',
      ),
    model: z.string().optional().describe("the provider's name for the model"),
    base_url: serviceUrl().optional().describe('address of the service (default: that of the SDK)'),
    key: keyReference().optional().describe('a reference to the key, never the key itself'),
    script: z
      .string()
      .refine(isInside, 'expected a path in the organisation')
      .optional()
      .describe('scripted: the rules file, a path in the organisation (default: built-in rules)'),
    command: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('command: the program and its arguments; it gets the prompt on standard input'),
    form: z
      .enum(['native', 'json'])
      .optional()
      .describe('how the model asks for actions: native tool calls, or a JSON object in the text'),
    price: price()
      .optional()
      .describe(
        'what calls cost (default: the built-in price list; scripted and simulated cost 0); a model with no known price cannot be called',
      ),
    max_output_tokens: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('tokens that a reply of this model may have'),
    context_window: whole(1000, 100_000_000)
      .optional()
      .describe(
        'tokens that a prompt and its reply may have together (default: the built-in list; without one nothing is cut)',
      ),
    temperature: z.number().min(0).max(2).optional().describe('0 to 2 (default: that of the service)'),
    stream: z.boolean().default(true).describe('whether replies are streamed, if the service can'),
    images: z.boolean().default(false).describe('whether the model understands images'),
    structured: z
      .boolean()
      .default(false)
      .describe('form json: whether the service can make the reply follow a JSON schema'),
    timeout_ms: z
      .number()
      .int()
      .min(1)
      .max(3_600_000)
      .default(120_000)
      .describe('milliseconds that one attempt may take'),
    fallback: z.array(z.string()).default([]).describe('models to try next'),
    retry: retry().prefault({}).describe('how often a failed call is tried again'),
    breaker: breaker().prefault({}).describe('when a failing model is not called for a while'),
    limit: limit().optional().describe('rate limits of this model'),
    cache: cache().optional().describe('reuse recorded replies (default: make every call)'),
    options: z.record(z.string(), z.json()).default({}).describe('settings of this provider'),
  }),
);
export type Model = z.infer<ReturnType<typeof model>>;

/** `org/models.yaml`. */
export const modelsFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format version of this file; lemming migrate updates it'),
    models: z
      .record(z.string(), model())
      .default({})
      .describe('models by the key that resumes use; `default` is used if a resume names none'),
    limits: z
      .strictObject({
        agent: limit().prefault({ requests_per_second: 10 }).describe('rate limits of each agent'),
        providers: z
          .record(z.string(), limit())
          .default({})
          .describe('rate limits of all models of a provider together'),
      })
      .prefault({})
      .describe('rate limits besides those of the models; scripted and simulated models have none'),
  }),
);
export type ModelsFile = z.infer<ReturnType<typeof modelsFile>>;
