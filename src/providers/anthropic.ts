import type {
  ContentBlockParam,
  MessageCreateParamsNonStreaming,
  MessageParam,
} from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import {
  type Json,
  type JsonObject,
  type Part,
  type Prompt,
  ProviderError,
  type Reply,
  type Usage,
} from '../core/call.ts';
import type { Model } from '../schema/models.ts';
import { type Fail, failing, soundActs, tokenCount } from './hosted/answer.ts';
import { attempt } from './hosted/attempt.ts';
import { asForm, fromForm } from './hosted/form.ts';
import { modelName, openKey } from './hosted/key.ts';
import { readOptions } from './options.ts';
import type { Provider } from './provider.ts';

/** What we read of an answer. A body without these is no answer of this service. */
const answer = z.object({
  id: z.string().nullish(),
  model: z.string().nullish(),
  stop_reason: z.string().nullish(),
  content: z.array(
    z.object({
      type: z.string(),
      text: z.string().optional(),
      id: z.string().optional(),
      name: z.string().optional(),
      input: z.unknown().optional(),
    }),
  ),
});
type Answer = z.infer<typeof answer>;

const usageReport = z.object({
  input_tokens: z.number(),
  output_tokens: z.number(),
  cache_creation_input_tokens: z.unknown().optional(),
  cache_read_input_tokens: z.unknown().optional(),
  output_tokens_details: z.object({ thinking_tokens: z.unknown().optional() }).partial().nullish(),
});

export default {
  about: "Anthropic's messages API.",
  repeatable: false,
  free: false,
  async connect(model, outside) {
    readOptions(z.strictObject({}), model);
    const name = modelName(model);
    const baseURL = model.base_url ?? (outside.env('ANTHROPIC_BASE_URL') || 'https://api.anthropic.com');
    const key = openKey(model, outside, 'ANTHROPIC_API_KEY', baseURL);
    const { Anthropic, APIConnectionTimeoutError } = await import('@anthropic-ai/sdk');
    const client = new Anthropic({
      apiKey: key.secret,
      baseURL: baseURL.replace(/\/v1\/?$/, ''),
      maxRetries: 0,
      timeout: model.timeout_ms,
      logLevel: 'off',
      fetchOptions: { redirect: 'error' },
    });
    const service = { name: 'anthropic', key, timeoutMs: model.timeout_ms, Timeout: APIConnectionTimeoutError };
    return {
      async complete(prompt, signal) {
        const request = requestOf(prompt, model, name);
        const { data, request_id } = await attempt(service, outside, signal, (stop) =>
          client.messages.create(request, { signal: stop }).withResponse(),
        );
        return readReply(data, request_id ?? null, prompt, model, name);
      },
    };
  },
} satisfies Provider;

function requestOf(prompt: Prompt, model: Model, name: string): MessageCreateParamsNonStreaming {
  const { system, parts, tools, maxOutputTokens } = model.form === 'json' ? asForm(prompt) : prompt;
  return {
    model: name,
    max_tokens: maxOutputTokens,
    messages: messagesOf(parts),
    ...(system && { system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }] }),
    ...(tools.length && {
      tools: tools.map(({ name, description, input }) => ({
        name,
        description,
        input_schema: { ...input, type: 'object' },
      })),
    }),
    ...(model.temperature !== undefined && { temperature: model.temperature }),
  };
}

/** Neighbouring parts of one role become one message, and empty texts are left out: the service refuses both. */
function messagesOf(parts: readonly Part[]): MessageParam[] {
  const messages: { role: 'user' | 'assistant'; content: ContentBlockParam[] }[] = [];
  for (const part of parts) {
    const role = part.role === 'assistant' ? 'assistant' : 'user';
    const blocks = blocksOf(part);
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length) messages.push({ role, content: blocks });
  }
  return messages;
}

function blocksOf(part: Part): ContentBlockParam[] {
  if (part.role === 'tool')
    return [{ type: 'tool_result', tool_use_id: safeName(part.id), content: part.text, is_error: !part.ok }];
  const text: ContentBlockParam[] = part.text.trim() ? [{ type: 'text', text: part.text }] : [];
  if (part.role === 'user') return text;
  const uses = part.acts.map(({ id, tool, input }) => {
    return { type: 'tool_use' as const, id: safeName(id), name: safeName(tool), input: asObject(input) };
  });
  return [...text, ...uses];
}

/** Ids and tool names may come from another service or from a confused model; they are sent in a form that passes. */
function safeName(text: string): string {
  return text.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 128) || 'unknown';
}

function asObject(input: Json): JsonObject {
  return input !== null && typeof input === 'object' && !Array.isArray(input) ? input : { input };
}

/** Turns an answer into a reply. Throws what keeps it from being one, with the usage that was billed. */
function readReply(data: unknown, header: string | null, prompt: Prompt, model: Model, name: string): Reply {
  const usage = readUsage((data as { usage?: unknown } | null)?.usage);
  const read = answer.safeParse(data);
  if (!read.success)
    throw new ProviderError('unavailable', 'anthropic: the answer is no message', { usage, requestId: header });
  const { content, stop_reason: reason } = read.data;
  const requestId = header ?? read.data.id ?? null;
  const fail = failing('anthropic', usage, requestId);
  if (reason === 'max_tokens') throw fail('incomplete', `the reply was cut at ${prompt.maxOutputTokens} tokens`);
  if (reason === 'model_context_window_exceeded')
    throw fail('incomplete', 'the reply was cut at the end of the context window');
  if (reason === 'refusal') throw fail('refused', 'the model refused');
  const text = content.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('');
  const said = model.form === 'json' ? fromForm(text, prompt.n) : { text, acts: readActs(content, prompt.n, fail) };
  return { text: said.text, acts: soundActs(said.acts, fail), usage, requestId, model: read.data.model || name };
}

function readActs(content: Answer['content'], n: number, fail: Fail): Reply['acts'] {
  const uses = content.filter((block) => block.type === 'tool_use');
  return uses.map(({ id, name, input }, i) => {
    if (name === undefined) throw fail('malformed', 'a tool call has no name');
    return { id: id ?? `use-${n}-${i + 1}`, tool: name, input: (input ?? {}) as Json };
  });
}

/** `input_tokens` excludes the cache. null when a number is missing, negative or contradicts another. */
function readUsage(report: unknown): Usage | null {
  const read = usageReport.safeParse(report);
  if (!read.success) return null;
  const input = tokenCount(read.data.input_tokens);
  const output = tokenCount(read.data.output_tokens);
  const cachedInput = tokenCount(read.data.cache_read_input_tokens);
  const cacheWrite = tokenCount(read.data.cache_creation_input_tokens);
  const reasoning = tokenCount(read.data.output_tokens_details?.thinking_tokens);
  if (input === null || output === null || cachedInput === null || cacheWrite === null || reasoning === null)
    return null;
  return reasoning > output ? null : { input, cachedInput, cacheWrite, output, reasoning };
}
