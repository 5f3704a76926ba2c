import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { type Answer, type FakeService, fakeService } from '../fake-service.ts';

const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/), arguments: z.string() }),
});
const contentPart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({
    type: z.literal('image_url'),
    image_url: z.strictObject({ url: z.string().regex(/^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$/) }),
  }),
]);
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string().min(1) }),
  z.strictObject({ role: z.literal('user'), content: z.union([z.string(), z.array(contentPart).min(1)]) }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.string().nullable(),
    tool_calls: z.array(toolCall).min(1).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content: z.string() }),
]);
const request = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
          description: z.string(),
          parameters: z.looseObject({ type: z.literal('object') }),
        }),
      }),
    )
    .min(1)
    .optional(),
  max_tokens: z.number().int().min(1).optional(),
  max_completion_tokens: z.number().int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
  stream: z.literal(true).optional(),
  stream_options: z.strictObject({ include_usage: z.literal(true) }).optional(),
  prompt_cache_key: z.string().min(1).optional(),
  response_format: z
    .strictObject({
      type: z.literal('json_schema'),
      json_schema: z.strictObject({
        name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
        strict: z.boolean(),
        schema: z.looseObject({ type: z.literal('object') }),
      }),
    })
    .optional(),
});
export type OpenAIRequest = z.infer<typeof request>;

/** How a service that speaks OpenAI's protocol differs from OpenAI. */
export interface Place {
  path?: string;
  /** The header that carries the key, and what it looks like. */
  auth?: { header: string; pattern: RegExp };
  /** OpenAI's own service, which takes its newest fields. */
  own?: boolean;
  looked?: (path: string) => Answer;
}

/** A server that speaks OpenAI's chat completions; its usual answer is `said('ok')`. */
export function fakeOpenAI(place: Place = {}): FakeService<OpenAIRequest> {
  const { path = '/v1/chat/completions', own = false, looked = knowsModel } = place;
  const { header, pattern } = place.auth ?? { header: 'authorization', pattern: /^Bearer \S+$/ };
  const faultsInHeaders = (headers: IncomingHttpHeaders) => (pattern.test(String(headers[header])) ? [] : ['no key']);
  return fakeService({
    paths: { plain: path, stream: path },
    schema: request,
    faultsInHeaders,
    faultsIn: (body, headers) => [
      ...faultsInHeaders(headers),
      ...((body.max_tokens === undefined) === (body.max_completion_tokens === undefined)
        ? ['one limit of the output, not none or both']
        : []),
      ...(body.stream_options && !body.stream ? ['stream_options without stream'] : []),
      ...(body.prompt_cache_key !== undefined && !own ? ['unknown field prompt_cache_key'] : []),
      ...unanswered(body.messages),
    ],
    usual: () => said('ok'),
    streamed,
    looked,
  });
}

function knowsModel(path: string): Answer {
  return {
    body: { id: decodeURIComponent(path.split('/').at(-1) ?? ''), object: 'model', created: 1, owned_by: 'us' },
  };
}

/** Tool calls must be answered by the messages that follow at once, and nothing else may be answered. */
function unanswered(messages: OpenAIRequest['messages']): string[] {
  const faults: string[] = [];
  let open = new Set<string>();
  for (const one of messages) {
    if (one.role === 'tool') {
      if (!open.delete(one.tool_call_id)) faults.push(`${one.tool_call_id} answers no tool call`);
      continue;
    }
    if (open.size) faults.push(`${[...open].join()} not answered`);
    open = new Set(one.role === 'assistant' ? one.tool_calls?.map((call) => call.id) : []);
  }
  return open.size ? [...faults, `${[...open].join()} not answered`] : faults;
}

interface Completion {
  choices?: { index?: number; finish_reason?: string; message?: Record<string, unknown> }[];
  usage?: unknown;
}

/** The events of that completion: the text in halves, tool calls in pieces, the end, the usage. Odd parts are sent as they are. */
export function streamed(body: unknown): string {
  if (body === null || typeof body !== 'object' || !Array.isArray((body as Completion).choices))
    return events([body]) + events(['[DONE]']);
  const { choices = [], usage, ...head } = body as Completion;
  const chunk = (choice: object[], more: object = {}) => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: choice,
    ...more,
  });
  const parts = choices.flatMap((choice, at) => {
    if (choice === null || typeof choice !== 'object') return [chunk([choice])];
    const { message, finish_reason, index = at } = choice;
    const deltas = message === null || typeof message !== 'object' ? [message] : deltasOf(message);
    const ends = finish_reason === undefined ? [] : [chunk([{ index, delta: {}, finish_reason }])];
    return [...deltas.map((delta) => chunk([{ index, delta, finish_reason: null }])), ...ends];
  });
  return events([...parts, ...(usage === undefined ? [] : [chunk([], { usage })]), '[DONE]']);
}

function deltasOf({ content, tool_calls, ...rest }: Record<string, unknown>): object[] {
  const calls = Array.isArray(tool_calls) ? tool_calls : [];
  const odd = tool_calls && !Array.isArray(tool_calls) ? { tool_calls } : {};
  return [
    { ...rest, ...odd, content: typeof content === 'string' ? '' : content },
    ...(typeof content === 'string' ? halves(content).map((half) => ({ content: half })) : []),
    ...calls.flatMap((call, index) => piecesOf(call, index)).map((piece) => ({ tool_calls: [piece] })),
  ];
}

function piecesOf(call: unknown, index: number): unknown[] {
  const fn = (call as { function?: { arguments?: unknown } } | null)?.function;
  if (typeof fn?.arguments !== 'string') return [call !== null && typeof call === 'object' ? { index, ...call } : call];
  const [first = '', second = ''] = halves(fn.arguments);
  return [
    { index, ...(call as object), function: { ...fn, arguments: first } },
    { index, function: { arguments: second } },
  ];
}

export function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

function events(list: unknown[]): string {
  return list.map((one) => `data: ${one === '[DONE]' ? one : JSON.stringify(one)}\n\n`).join('');
}

export const USAGE = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 60 },
  completion_tokens_details: { reasoning_tokens: 5 },
};

/** A completion with that message. */
export function completed(message: object, more: { finish_reason?: string; usage?: unknown } = {}): Answer {
  const { finish_reason = 'stop', ...rest } = { usage: USAGE, ...more };
  const choices = [
    { index: 0, finish_reason, message: { role: 'assistant', content: null, refusal: null, ...message } },
  ];
  const body = { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'gpt-test-2025', choices, ...rest };
  return { headers: { 'x-request-id': 'req_1' }, body };
}

export function said(content: string): Answer {
  return completed({ content });
}

/** A completion that calls tools with these argument texts. */
export function called(...calls: { id?: string; name: string; arguments: unknown }[]): Answer {
  const tool_calls = calls.map(({ id, ...fn }) => ({ id, type: 'function', function: fn }));
  return completed({ tool_calls }, { finish_reason: 'tool_calls' });
}
