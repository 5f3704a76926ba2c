/** The provider `anthropic`: Anthropic's Messages API. */

import type { Anthropic } from '@anthropic-ai/sdk';
import type {
  ContentBlockParam,
  MessageCreateParams,
  MessageParam,
  TextBlockParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages';
import * as z from 'zod';
import {
  type Image,
  type Json,
  type JsonObject,
  type Part,
  type Prompt,
  ProviderError,
  type Reply,
} from '../core/model/call.ts';
import type { Model } from '../schema/config/models.ts';
import { defined } from '../schema/copy.ts';
import { addressOf } from './hosted/address.ts';
import { type AnswerProgress, type Fail, failing, isStream, member, readJson } from './hosted/answer.ts';
import { attempt, SDK_TIMEOUT_MS } from './hosted/attempt.ts';
import { joinEvents, readUsage } from './hosted/events.ts';
import { asForm, asObject, formSchema, readSaid } from './hosted/form.ts';
import { checkImages, imagesOf } from './hosted/images.ts';
import { modelName, openKey, perKey } from './hosted/key.ts';
import { wire } from './hosted/wire.ts';
import { noOptions, readOptions } from './options.ts';
import type { Provider } from './provider.ts';

/** Called by its path, because `client.messages.create` would print warnings about retiring models to the terminal. */
const MESSAGES = '/v1/messages';

export default {
  about: "Anthropic's messages API.",
  repeatable: false,
  free: false,
  options: noOptions,
  async connect(model, outside) {
    readOptions(noOptions, model);
    const name = modelName(model);
    const baseURL = addressOf('anthropic', model, outside.env);
    const key = await openKey(model, outside, ['ANTHROPIC_API_KEY'], baseURL);
    const { Anthropic: Client } = await import('@anthropic-ai/sdk');
    const { Stream } = await import('@anthropic-ai/sdk/streaming');
    const { transformJSONSchema } = await import('@anthropic-ai/sdk/lib/transform-json-schema');
    const clientOf = perKey((secret) => new Client(clientOptions(secret, baseURL)));
    const service = { name: 'anthropic', key, timeoutMs: model.timeout_ms };
    return {
      async complete(prompt, signal, heard = () => {}) {
        checkImages(prompt, model, name);
        const request = requestOf(prompt, model, name, transformJSONSchema);
        return attempt(service, outside, signal, async (secret, stop, progress) => {
          const client = clientOf(secret);
          const response = await client
            .post(MESSAGES, { body: request, stream: model.stream, signal: stop })
            .asResponse();
          progress.received = 0;
          progress.requestId = response.headers.get('request-id');
          const fail = failing('anthropic', progress);
          const answer = isStream(response)
            ? await joinEvents(Stream.fromSSEResponse(response, new AbortController(), client), progress, heard, fail)
            : await readJson(response, progress, fail);
          return readReply(answer, progress, prompt, model, name, fail);
        });
      },
      probe: (signal) => attempt(service, outside, signal, (secret, stop) => askForModel(clientOf(secret), name, stop)),
    };
  },
} satisfies Provider;

/** Options that leave nothing to the SDK: no environment, retries, log or traces. */
function clientOptions(secret: string, baseURL: string) {
  return {
    apiKey: secret,
    webhookKey: null,
    baseURL: baseURL.replace(/\/v1\/?$/, ''),
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: 'off' as const,
    openTelemetry: false as const,
    fetch: wire({ authorization: `Bearer ${secret}` }),
  };
}

async function askForModel(client: Anthropic, name: string, signal: AbortSignal): Promise<string> {
  try {
    await client.models.retrieve(name, {}, { signal });
    return `reachable; it knows ${name}`;
  } catch (error) {
    if ((error as { status?: number }).status !== 404) throw error;
    throw new ProviderError('bad-request', `the service does not know the model ${name}`);
  }
}

/** Tools and the system text come first and are the same in every call of an agent: both are marked for the cache. */
function requestOf(
  prompt: Prompt,
  model: Model,
  name: string,
  held: (schema: JsonObject) => Record<string, unknown>,
): MessageCreateParams {
  const { system, parts, tools, maxOutputTokens } = model.form === 'json' ? asForm(prompt) : prompt;
  return {
    model: name,
    max_tokens: maxOutputTokens,
    ...(tools.length && { tools: toolsOf(tools) }),
    ...(system && { system: [{ type: 'text', text: system, ...CACHED }] satisfies TextBlockParam[] }),
    messages: messagesOf(parts, imagesOf({ ...prompt, parts })),
    ...(model.stream && { stream: true }),
    ...defined({ temperature: model.temperature }),
    ...(model.form === 'json' &&
      model.structured && {
        output_config: { format: { type: 'json_schema', schema: heldSchema(prompt, held) } },
      }),
  };
}

/** The schema of the form in the service's own terms. Throws a `bad-request` when a tool's input cannot be expressed. */
function heldSchema(prompt: Prompt, held: (schema: JsonObject) => Record<string, unknown>): Record<string, unknown> {
  try {
    return held(formSchema(prompt.tools));
  } catch (error) {
    const why = (error as Error).message;
    throw new ProviderError('bad-request', `structured: true is not possible with these tools: ${why}`);
  }
}

const CACHED = { cache_control: { type: 'ephemeral' as const } };

function toolsOf(tools: Prompt['tools']): Tool[] {
  return tools.map(({ name, description, input }, i) => ({
    name,
    description,
    input_schema: { ...input, type: 'object' },
    ...(i === tools.length - 1 && CACHED),
  }));
}

/** Joins neighbouring parts of one role into one message and leaves out empty texts: the service refuses both. */
function messagesOf(parts: readonly Part[], images: readonly Image[][]): MessageParam[] {
  const messages: { role: 'user' | 'assistant'; content: ContentBlockParam[] }[] = [];
  for (const [i, part] of parts.entries()) {
    const role = part.role === 'assistant' ? 'assistant' : 'user';
    const blocks = [...(images[i] ?? []).map(imageOf), ...blocksOf(part)];
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length) messages.push({ role, content: blocks });
  }
  return messages;
}

function imageOf({ type, data }: Image): ContentBlockParam {
  return { type: 'image', source: { type: 'base64', media_type: type, data } };
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

/** Makes an id or tool name acceptable: it may come from another service or from a confused model. */
function safeName(text: string): string {
  return text.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 128) || 'unknown';
}

/** The parts of an answer that we read. A body without them is not an answer of this service. */
const message = z.object({
  id: z.string().nullish(),
  model: z.string().nullish(),
  stop_reason: z.string().nullish(),
  content: z.array(
    z.object({
      type: z.string(),
      text: z.string().optional(),
      id: z.string().nullish(),
      name: z.string().nullish(),
      input: z.unknown().optional(),
    }),
  ),
});
type AnthropicContent = z.infer<typeof message>['content'];

/** Turns an answer into a reply. Throws whatever prevents one, with the usage that was billed. */
function readReply(
  answer: unknown,
  progress: AnswerProgress,
  prompt: Prompt,
  model: Model,
  name: string,
  fail: Fail,
): Reply {
  progress.usage = readUsage(member(answer, 'usage'));
  const read = message.safeParse(answer);
  if (!read.success) throw fail('unavailable', 'the reply is not a message');
  const { id, content, stop_reason: reason } = read.data;
  progress.requestId ??= id ?? null;
  if (reason === 'max_tokens') throw fail('incomplete', `the reply was cut at ${prompt.maxOutputTokens} tokens`);
  if (reason === 'model_context_window_exceeded')
    throw fail('incomplete', 'the reply was cut at the end of the context window');
  if (reason === 'refusal') throw fail('refused', 'the model refused');
  const text = content.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('');
  const said = readSaid(text, () => usesIn(content), prompt, model, fail);
  const { usage, requestId } = progress;
  return { ...said, usage, requestId, model: read.data.model || name };
}

function usesIn(content: AnthropicContent) {
  const uses = content.filter((block) => block.type === 'tool_use');
  return uses.map(({ id, name, input }) => ({ id, tool: name, input: (input ?? {}) as Json }));
}
