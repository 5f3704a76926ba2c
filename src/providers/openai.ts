import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { z } from 'zod';
import {
  type ActCall,
  type Json,
  type Part,
  type Prompt,
  ProviderError,
  type Reply,
  type Usage,
} from '../core/call.ts';
import type { Model } from '../schema/models.ts';
import { type Fail, failing, parseInput, soundActs, tokenCount } from './hosted/answer.ts';
import { attempt } from './hosted/attempt.ts';
import { asForm, fromForm } from './hosted/form.ts';
import { modelName, openKey } from './hosted/key.ts';
import { readOptions } from './options.ts';
import type { Provider } from './provider.ts';

/** `options` of an OpenAI model. */
const openaiOptions = z.strictObject({
  token_limit: z
    .enum(['max_tokens', 'max_completion_tokens'])
    .optional()
    .describe('the field that limits the output; absent: the newer one at OpenAI and Azure, the older one elsewhere'),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
});
type Options = z.infer<typeof openaiOptions>;

/** What we read of an answer. A body without these is no answer of this service. */
const completion = z.object({
  id: z.string().nullish(),
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z
            .array(
              z.object({
                id: z.string().nullish(),
                function: z.object({ name: z.string(), arguments: z.unknown().optional() }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
});
type Message = z.infer<typeof completion>['choices'][number]['message'];

const usageReport = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  prompt_tokens_details: z
    .object({ cached_tokens: z.unknown().optional(), cache_write_tokens: z.unknown().optional() })
    .partial()
    .nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: z.unknown().optional() }).partial().nullish(),
});

export default {
  about: 'OpenAI chat completions, and every service that speaks them (base_url).',
  repeatable: false,
  free: false,
  async connect(model, outside) {
    const options = readOptions(openaiOptions, model);
    const name = modelName(model);
    const baseURL = model.base_url ?? (outside.env('OPENAI_BASE_URL') || 'https://api.openai.com/v1');
    const key = openKey(model, outside, 'OPENAI_API_KEY', baseURL);
    const { APIConnectionTimeoutError, OpenAI } = await import('openai');
    const client = new OpenAI({
      apiKey: key.secret,
      adminAPIKey: null,
      organization: outside.env('OPENAI_ORG_ID') ?? null,
      project: outside.env('OPENAI_PROJECT_ID') ?? null,
      webhookSecret: null,
      baseURL,
      maxRetries: 0,
      timeout: model.timeout_ms,
      logLevel: 'off',
      fetchOptions: { redirect: 'error' },
    });
    const service = { name: 'openai', key, timeoutMs: model.timeout_ms, Timeout: APIConnectionTimeoutError };
    return {
      async complete(prompt, signal) {
        const request = requestOf(prompt, model, name, baseURL, options);
        const { data, request_id } = await attempt(service, outside, signal, (stop) =>
          client.chat.completions.create(request, { signal: stop }).withResponse(),
        );
        return readReply(data, request_id, prompt, model, name);
      },
    };
  },
} satisfies Provider;

function requestOf(
  prompt: Prompt,
  model: Model,
  name: string,
  baseURL: string,
  options: Options,
): ChatCompletionCreateParamsNonStreaming {
  const { system, parts, tools, maxOutputTokens } = model.form === 'json' ? asForm(prompt) : prompt;
  return {
    model: name,
    messages: [...(system ? [{ role: 'system' as const, content: system }] : []), ...parts.map(messageOf)],
    [options.token_limit ?? limitField(baseURL)]: maxOutputTokens,
    ...(tools.length && {
      tools: tools.map(({ name, description, input }) => ({
        type: 'function',
        function: { name, description, parameters: input },
      })),
    }),
    ...(model.temperature !== undefined && { temperature: model.temperature }),
    ...(options.reasoning_effort && { reasoning_effort: options.reasoning_effort }),
  };
}

/** OpenAI's newer models refuse the older field; many compatible servers do not know the newer one. */
function limitField(baseURL: string): 'max_completion_tokens' | 'max_tokens' {
  return /(?:^|\.)openai\.(?:com|azure\.com)$/.test(new URL(baseURL).hostname) ? 'max_completion_tokens' : 'max_tokens';
}

function messageOf(part: Part): ChatCompletionMessageParam {
  switch (part.role) {
    case 'user':
      return { role: 'user', content: part.text };
    case 'tool':
      return { role: 'tool', tool_call_id: part.id, content: part.text };
    case 'assistant':
      if (!part.acts.length) return { role: 'assistant', content: part.text };
      return { role: 'assistant', content: part.text || null, tool_calls: part.acts.map(callOf) };
  }
}

/** A model may have named a tool that no service accepts as a name; it is sent back in a form that passes. */
function callOf({ id, tool, input }: ActCall) {
  const name = tool.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'unknown';
  return { id, type: 'function' as const, function: { name, arguments: JSON.stringify(input) } };
}

/** Turns an answer into a reply. Throws what keeps it from being one, with the usage that was billed. */
function readReply(data: unknown, header: string | null, prompt: Prompt, model: Model, name: string): Reply {
  const usage = readUsage((data as { usage?: unknown } | null)?.usage);
  const read = completion.safeParse(data);
  if (!read.success)
    throw new ProviderError('unavailable', 'openai: the answer is no chat completion', { usage, requestId: header });
  const requestId = header ?? read.data.id ?? null;
  const fail = failing('openai', usage, requestId);
  const { message, finish_reason: reason } = read.data.choices[0] as (typeof read.data.choices)[number];
  if (reason === 'length') throw fail('incomplete', `the reply was cut at ${prompt.maxOutputTokens} tokens`);
  if (reason === 'content_filter') throw fail('refused', 'the content filter stopped the reply');
  if (message.refusal) throw fail('refused', `the model refused: ${message.refusal.slice(0, 300)}`);
  const text = message.content ?? '';
  const said = model.form === 'json' ? fromForm(text, prompt.n) : { text, acts: readActs(message, prompt.n, fail) };
  return { text: said.text, acts: soundActs(said.acts, fail), usage, requestId, model: read.data.model || name };
}

/** The tool calls. An id that is missing or used twice is replaced, so that each can be answered. */
function readActs(message: Message, n: number, fail: Fail): ActCall[] {
  const known = new Set<string>();
  return (message.tool_calls ?? []).map(({ id, function: { name, arguments: given } }, i) => {
    const own = id && !known.has(id) ? id : `call-${n}-${i + 1}`;
    known.add(own);
    return {
      id: own,
      tool: name,
      input: typeof given === 'string' ? parseInput(given, name, fail) : ((given ?? {}) as Json),
    };
  });
}

/** `prompt_tokens` includes what the cache gave. null when a number is missing, negative or contradicts another. */
function readUsage(report: unknown): Usage | null {
  const read = usageReport.safeParse(report);
  if (!read.success) return null;
  const prompt = tokenCount(read.data.prompt_tokens);
  const output = tokenCount(read.data.completion_tokens);
  const cachedInput = tokenCount(read.data.prompt_tokens_details?.cached_tokens);
  const cacheWrite = tokenCount(read.data.prompt_tokens_details?.cache_write_tokens);
  const reasoning = tokenCount(read.data.completion_tokens_details?.reasoning_tokens);
  if (prompt === null || output === null || cachedInput === null || cacheWrite === null || reasoning === null)
    return null;
  if (cachedInput + cacheWrite > prompt || reasoning > output) return null;
  return { input: prompt - cachedInput - cacheWrite, cachedInput, cacheWrite, output, reasoning };
}
