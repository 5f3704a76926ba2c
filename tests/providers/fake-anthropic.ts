import { z } from 'zod';
import { type Answer, type FakeService, fakeService } from './fake-service.ts';

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
      z.strictObject({ name, description: z.string(), input_schema: z.looseObject({ type: z.literal('object') }) }),
    )
    .min(1)
    .optional(),
  temperature: z.number().min(0).max(1).optional(),
});
export type AnthropicRequest = z.infer<typeof request>;

/** A server that speaks Anthropic's messages API; its usual answer is `said('ok')`. */
export function fakeAnthropic(): FakeService<AnthropicRequest> {
  return fakeService({
    path: '/v1/messages',
    schema: request,
    faultsIn: ({ messages }, headers) => [
      ...(/^Bearer \S+$/.test(headers.authorization ?? '') ? [] : ['no bearer token']),
      ...(headers['anthropic-version'] ? [] : ['no anthropic-version']),
      ...(messages[0]?.role === 'user' ? [] : ['the first message is not the user']),
      ...messages.flatMap(({ role }, i) =>
        role === messages[i - 1]?.role ? [`two messages of ${role} in a row`] : [],
      ),
      ...messages.flatMap((message, i) => unanswered(message, messages[i + 1])),
    ],
    usual: () => said('ok'),
  });
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
