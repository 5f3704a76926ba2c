/** The connection to every service that speaks OpenAI's chat completions. */

import type { OpenAI } from 'openai';
import type {
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
  ChatCompletionMessageToolCall,
} from 'openai/resources/chat/completions';
import * as z from 'zod';
import {
  type ActCall,
  type Image,
  type Json,
  type Part,
  type Prompt,
  ProviderError,
  type Reply,
} from '../../core/model/call.ts';
import type { Model } from '../../schema/config/models.ts';
import { defined } from '../../schema/copy.ts';
import type { Connection, Outside } from '../provider.ts';
import {
  type AnswerProgress,
  type Fail,
  failing,
  isStream,
  member,
  parseAnswer,
  parseInput,
  readJson,
} from './answer.ts';
import { attempt, type HostedService, SDK_TIMEOUT_MS } from './attempt.ts';
import { joinChunks, readUsage } from './chunks.ts';
import { asForm, formSchema, readSaid } from './form.ts';
import { checkImages, imagesOf } from './images.ts';
import { NO_KEY, perKey } from './key.ts';
import { wire } from './wire.ts';

/** `options` of every service that speaks OpenAI's chat completions. */
export const chatOptions = {
  token_limit: z
    .enum(['max_tokens', 'max_completion_tokens'])
    .optional()
    .describe('the field that limits the output; absent: the newer one at OpenAI and Azure, the older one elsewhere'),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
};

/** How one of these services differs, apart from the protocol. */
export interface Chat {
  service: HostedService;
  /** The service's name of the model. */
  name: string;
  options: { token_limit?: string | undefined; reasoning_effort?: ChatCompletionCreateParams['reasoning_effort'] };
  /**
   * Whether it is OpenAI's own service, at OpenAI or Azure: its newer models refuse the older field of the limit, others
   * the newer.
   */
  own: boolean;
  /** Whether to send a key that marks the calls of one agent for the same cache. */
  cacheKey: boolean;
  open(secret: string): OpenAI;
  probe(client: OpenAI, signal: AbortSignal): Promise<string>;
}

/** Options of every client of the OpenAI SDK: no environment, retries or log of its own. */
export function clientOptions(secret: string, auth: Record<string, string> = { authorization: `Bearer ${secret}` }) {
  return {
    apiKey: secret,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: 'off' as const,
    fetch: wire(auth),
  };
}

/** The headers for a service that may need no key. */
export function optionalKey(secret: string): Record<string, string> {
  return secret === NO_KEY ? {} : { authorization: `Bearer ${secret}` };
}

/** The parsed events of a stream. The SDK's own reader would print invalid JSON to the terminal. */
async function* parsed(events: AsyncIterable<{ data: string }>, fail: Fail): AsyncGenerator<unknown> {
  let done = false;
  for await (const { data } of events) {
    done ||= data.startsWith('[DONE]');
    if (!done) yield parseAnswer(data, fail);
  }
}

/** A connection to a service that speaks OpenAI's chat completions. */
export async function chatConnection(chat: Chat, model: Model, outside: Outside): Promise<Connection> {
  const { _iterSSEMessages: eventsOf } = await import('openai/streaming');
  const clientOf = perKey(chat.open);
  return {
    async complete(prompt, signal, heard = () => {}) {
      checkImages(prompt, model, chat.name);
      const request = requestOf(prompt, model, chat);
      return attempt(chat.service, outside, signal, async (secret, stop, progress) => {
        const client = clientOf(secret);
        const response = await client.chat.completions.create(request, { signal: stop }).asResponse();
        progress.received = 0;
        progress.requestId = response.headers.get('x-request-id');
        const fail = failing(chat.service.name, progress);
        const answer = isStream(response)
          ? await joinChunks(parsed(eventsOf(response, new AbortController()), fail), progress, heard, fail)
          : await readJson(response, progress, fail);
        return readReply(answer, progress, prompt, model, chat.name, fail);
      });
    },
    embed: (texts, signal) =>
      attempt(chat.service, outside, signal, async (secret, stop, progress) => {
        const request = { model: chat.name, input: [...texts], encoding_format: 'float' as const };
        const response = await clientOf(secret).embeddings.create(request, { signal: stop }).asResponse();
        progress.received = 0;
        const fail = failing(chat.service.name, progress);
        return readVectors(await readJson(response, progress, fail), fail);
      }),
    probe: (signal) => attempt(chat.service, outside, signal, (secret, stop) => chat.probe(clientOf(secret), stop)),
  };
}

const embeddings = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()) })),
});

/** The vectors in the order of the texts, whatever the order of the answer. */
function readVectors(answer: unknown, fail: Fail): number[][] {
  const read = embeddings.safeParse(answer);
  if (!read.success) throw fail('unavailable', 'the answer holds no vectors');
  const { data } = read.data;
  return data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
}

/** Makes the request. The stable part comes first, because services cache equal beginnings. */
function requestOf(prompt: Prompt, model: Model, chat: Chat): ChatCompletionCreateParams {
  const { system, parts, tools, maxOutputTokens } = model.form === 'json' ? asForm(prompt) : prompt;
  const { token_limit, reasoning_effort } = chat.options;
  const images = imagesOf({ ...prompt, parts });
  return {
    model: chat.name,
    ...(tools.length && {
      tools: tools.map(({ name, description, input }) => ({
        type: 'function',
        function: { name, description, parameters: input },
      })),
    }),
    messages: [
      ...(system ? [{ role: 'system' as const, content: system }] : []),
      ...parts.map((part, i) => messageOf(part, images[i] ?? [])),
    ],
    [token_limit ?? (chat.own ? 'max_completion_tokens' : 'max_tokens')]: maxOutputTokens,
    ...(model.stream && { stream: true, stream_options: { include_usage: true } }),
    ...(model.form === 'json' && model.structured && { response_format: formatOf(prompt) }),
    ...defined({ temperature: model.temperature }),
    ...(reasoning_effort && { reasoning_effort }),
    ...(chat.cacheKey && { prompt_cache_key: prompt.agent }),
  };
}

function formatOf({ tools }: Prompt) {
  return { type: 'json_schema' as const, json_schema: { name: 'answer', strict: false, schema: formSchema(tools) } };
}

function messageOf(part: Part, images: readonly Image[]): ChatCompletionMessageParam {
  switch (part.role) {
    case 'user':
      if (!images.length) return { role: 'user', content: part.text };
      return { role: 'user', content: [{ type: 'text', text: part.text }, ...images.map(imageOf)] };
    case 'tool':
      return { role: 'tool', tool_call_id: part.id, content: part.text };
    case 'assistant':
      if (!part.acts.length) return { role: 'assistant', content: part.text };
      return { role: 'assistant', content: part.text || null, tool_calls: part.acts.map(callOf) };
  }
}

function imageOf({ type, data }: Image) {
  return { type: 'image_url' as const, image_url: { url: `data:${type};base64,${data}` } };
}

/**
 * A call to send back. A model may have named a tool that no service accepts as a name; it is sent in an acceptable form.
 */
function callOf({ id, tool, input }: ActCall): ChatCompletionMessageToolCall {
  const name = tool.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'unknown';
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

/** The parts of an answer that we read. A body without them is not an answer of such a service. */
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
                function: z.object({ name: z.string().nullish(), arguments: z.unknown().optional() }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
});
type ChatMessage = z.infer<typeof completion>['choices'][number]['message'];

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
  const read = completion.safeParse(answer);
  if (!read.success) throw fail('unavailable', 'the reply is not a chat completion');
  progress.requestId ??= read.data.id ?? null;
  const { message, finish_reason: reason } = read.data.choices[0] as (typeof read.data.choices)[number];
  if (reason === 'length') throw fail('incomplete', `the reply was cut at ${prompt.maxOutputTokens} tokens`);
  if (reason === 'content_filter') throw fail('refused', 'the content filter stopped the reply');
  if (message.refusal) throw fail('refused', `the model refused: ${message.refusal}`);
  const text = message.content ?? '';
  const said = readSaid(text, () => callsOf(message), prompt, model, fail);
  const { usage, requestId } = progress;
  return { ...said, usage, requestId, model: read.data.model || name };
}

function callsOf({ tool_calls }: ChatMessage) {
  return (tool_calls ?? []).map(({ id, function: { name, arguments: given } }) => {
    const input = typeof given === 'string' ? parseInput(given) : ((given ?? {}) as Json);
    return { id, tool: name, input };
  });
}

/** Asks for the model itself. A service that lacks this address still counts as reachable. */
export async function askForModel(client: OpenAI, name: string, signal: AbortSignal): Promise<string> {
  try {
    await client.models.retrieve(name, { signal });
    return `reachable; it knows ${name}`;
  } catch (error) {
    const { status, code } = error as { status?: number; code?: unknown };
    if (status !== 404) throw error;
    if (code === 'model_not_found')
      throw new ProviderError('bad-request', `the service does not know the model ${name}`);
    return 'reachable; it does not list its models';
  }
}
