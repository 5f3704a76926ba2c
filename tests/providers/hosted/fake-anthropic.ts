import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { type Answer, type FakeService, fakeService } from '../fake-service.ts';
import { halves } from './fake-openai.ts';

const id = z.string().regex(/^[a-zA-Z0-9_-]+$/);
const name = z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/);
const cache = z.strictObject({ type: z.literal('ephemeral') });
const text = z.strictObject({
  type: z.literal('text'),
  text: z.string().regex(/\S/, 'empty text'),
  cache_control: cache.optional(),
});
const block = z.discriminatedUnion('type', [
  text,
  z.strictObject({
    type: z.literal('image'),
    source: z.strictObject({
      type: z.literal('base64'),
      media_type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
      data: z.string().regex(/^[A-Za-z0-9+/]+=*$/),
    }),
  }),
  z.strictObject({ type: z.literal('tool_use'), id, name, input: z.record(z.string(), z.json()) }),
  z.strictObject({ type: z.literal('tool_result'), tool_use_id: id, content: z.string(), is_error: z.boolean() }),
]);
const request = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.number().int().min(1),
  messages: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.array(block).min(1) })).min(1),
  system: z.array(text).min(1).optional(),
  tools: z
    .array(
      z.strictObject({
        name,
        description: z.string(),
        input_schema: z.looseObject({ type: z.literal('object') }),
        cache_control: cache.optional(),
      }),
    )
    .min(1)
    .optional(),
  temperature: z.number().min(0).max(1).optional(),
  stream: z.literal(true).optional(),
  output_config: z
    .strictObject({ format: z.strictObject({ type: z.literal('json_schema'), schema: z.looseObject({}) }) })
    .optional(),
});
export type AnthropicRequest = z.infer<typeof request>;

/** A server that speaks Anthropic's messages API; its usual answer is `said('ok')`. */
export function fakeAnthropic(): FakeService<AnthropicRequest> {
  return fakeService({
    paths: { plain: '/v1/messages', stream: '/v1/messages' },
    schema: request,
    faultsInHeaders,
    faultsIn: ({ messages, output_config }, headers) => [
      ...faultsInHeaders(headers),
      ...open(output_config?.format.schema),
      ...(messages[0]?.role === 'user' ? [] : ['the first message is not the user']),
      ...messages.flatMap(({ role }, i) =>
        role === messages[i - 1]?.role ? [`two messages of ${role} in a row`] : [],
      ),
      ...messages.flatMap((message, i) => unanswered(message, messages[i + 1])),
    ],
    usual: () => said('ok'),
    streamed,
    looked: (path) => ({ body: { id: path.split('/').at(-1), type: 'model', display_name: 'x' } }),
  });
}

function faultsInHeaders(headers: IncomingHttpHeaders): string[] {
  return [
    ...(/^Bearer \S+$/.test(headers.authorization ?? '') ? [] : ['no bearer token']),
    ...(headers['anthropic-version'] ? [] : ['no anthropic-version']),
  ];
}

/** Objects of a schema for answers must say that they have no other members. */
function open(schema: unknown): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  const { type, additionalProperties } = schema as Record<string, unknown>;
  const own = type === 'object' && additionalProperties !== false ? ['an object of the schema is open'] : [];
  return [...own, ...Object.values(schema).flatMap(open)];
}

/** The events of that message. Odd parts are sent as they are. */
export function streamed(body: unknown): string {
  if (body === null || typeof body !== 'object' || !Array.isArray((body as { content?: unknown }).content))
    return events([{ type: 'message_start', message: body }, { type: 'message_stop' }]);
  const { content, stop_reason, usage, ...head } = body as {
    content: unknown[];
    stop_reason?: unknown;
    usage?: unknown;
  };
  const { output_tokens, output_tokens_details, ...atFirst } = (usage ?? {}) as Record<string, unknown>;
  const first = usage && typeof usage === 'object' ? { usage: { ...atFirst, output_tokens: 1 } } : { usage };
  const last = usage && typeof usage === 'object' ? { usage: { output_tokens, output_tokens_details } } : {};
  return events([
    { type: 'message_start', message: { ...head, content: [], stop_reason: null, ...first } },
    { type: 'ping' },
    ...content.flatMap(blockEvents),
    { type: 'message_delta', delta: { stop_reason }, ...last },
    { type: 'message_stop' },
  ]);
}

function blockEvents(block: unknown, index: number): object[] {
  const { text, input, ...rest } = (block ?? {}) as Record<string, unknown>;
  const start =
    block === null || typeof block !== 'object' ? block : { ...rest, ...(text !== undefined && { text: '' }) };
  const pieces = [
    ...(typeof text === 'string' ? halves(text).map((half) => ({ type: 'text_delta', text: half })) : []),
    ...(input === undefined
      ? []
      : halves(inputText(input)).map((half) => ({ type: 'input_json_delta', partial_json: half }))),
  ];
  return [
    { type: 'content_block_start', index, content_block: start },
    ...pieces.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

/** Marked so, an input goes on the stream as this text instead of as JSON of it. */
export const RAW = 'raw input';

function inputText(input: unknown): string {
  const raw = (input as Record<string, unknown> | null)?.[RAW];
  return typeof raw === 'string' ? raw : JSON.stringify(input);
}

function events(list: object[]): string {
  return list.map((one) => `event: ${(one as { type: string }).type}\ndata: ${JSON.stringify(one)}\n\n`).join('');
}

type Message = AnthropicRequest['messages'][number];

/** Tool uses must be answered at the beginning of the next message, and nothing else may be answered there. */
function unanswered(message: Message, next: Message | undefined): string[] {
  const uses = message.content.flatMap((one) => (one.type === 'tool_use' ? [one.id] : []));
  const results = next?.content.flatMap((one) => (one.type === 'tool_result' ? [one.tool_use_id] : [])) ?? [];
  const leading = next?.content.slice(0, results.length).every((one) => one.type === 'tool_result') ?? true;
  const same = [...uses].sort().join() === [...results].sort().join();
  return [
    ...(same ? [] : [`uses ${uses.join()} and results ${results.join()} differ`]),
    ...(leading ? [] : ['results do not come first']),
  ];
}

export const USAGE = {
  input_tokens: 40,
  cache_creation_input_tokens: 10,
  cache_read_input_tokens: 50,
  output_tokens: 20,
  output_tokens_details: { thinking_tokens: 5 },
};

/** A message with that content. */
export function answered(content: object[], more: { stop_reason?: string; usage?: unknown } = {}): Answer {
  const body = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-test-1',
    content,
    stop_reason: 'end_turn',
    usage: USAGE,
    ...more,
  };
  return { headers: { 'request-id': 'req_1' }, body };
}

export function said(content: string): Answer {
  return answered([{ type: 'text', text: content }]);
}

/** A message that uses tools. */
export function used(...uses: { id?: string; name?: string; input?: unknown }[]): Answer {
  return answered(
    uses.map((use) => ({ type: 'tool_use', ...use })),
    { stop_reason: 'tool_use' },
  );
}
