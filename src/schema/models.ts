import { z } from 'zod';
import { credits } from './credits.ts';
import { isInside } from './name.ts';

/** Prices in micro-credits per million tokens, or micro-credits per call. */
export const price = z.strictObject({
  input: credits.optional().describe('credits per million uncached input tokens'),
  cached_input: credits.optional().describe('credits per million input tokens read from the cache'),
  cache_write: credits.optional().describe('credits per million input tokens written to the cache'),
  output: credits.optional().describe('credits per million output tokens'),
  per_call: credits.optional().describe('credits per call, instead of tokens'),
});
export type Price = z.infer<typeof price>;

/** One entry of `org/models.yaml`: a provider with its settings. Keys that a provider alone understands go into `options`. */
export const model = z.strictObject({
  provider: z.string().describe('file name in src/providers: scripted, simulated, openai, anthropic'),
  model: z.string().optional().describe("the provider's name of the model"),
  base_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("address of the service; else the SDK's own default"),
  key: z
    .string()
    .regex(/^env:[A-Z][A-Z0-9_]*$/, 'a reference such as env:OPENAI_API_KEY, never the key itself')
    .optional()
    .describe('a reference to the key, never the key itself'),
  script: z
    .string()
    .refine(isInside, 'expected a path in the organisation')
    .optional()
    .describe('scripted: the rules file, a path in the org; built-in rules when absent'),
  form: z
    .enum(['native', 'json'])
    .optional()
    .describe('how acts are asked for: native tool calls, or a JSON object in the text'),
  price: price
    .optional()
    .describe('what calls cost; scripted and simulated cost 0 unless priced, other models need one'),
  max_output_tokens: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('tokens a reply of this model may have'),
  temperature: z.number().min(0).max(2).optional().describe("0 to 2; else the service's own default"),
  timeout_ms: z.number().int().min(1).max(3_600_000).default(120_000).describe('milliseconds one attempt may take'),
  fallback: z.array(z.string()).default([]).describe('models that are tried next'),
  options: z.record(z.string(), z.json()).default({}).describe('settings that only this provider understands'),
});
export type Model = z.infer<typeof model>;

/** `org/models.yaml`. */
export const modelsFile = z.strictObject({
  version: z.literal(1).describe('format of this file; lemming migrate upgrades'),
  models: z
    .record(z.string(), model)
    .default({})
    .describe('models by the key that resumes name; `default` is used when a resume names none'),
});
export type ModelsFile = z.infer<typeof modelsFile>;
