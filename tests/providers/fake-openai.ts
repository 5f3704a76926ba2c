import { z } from 'zod';
import { type Answer, type FakeService, fakeService } from './fake-service.ts';

const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/), arguments: z.string() }),
});
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string().min(1) }),
  z.strictObject({ role: z.literal('user'), content: z.string() }),
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
});
export type OpenAIRequest = z.infer<typeof request>;

/** A server that speaks OpenAI's chat completions; its usual answer is `said('ok')`. */
export function fakeOpenAI(): FakeService<OpenAIRequest> {
  return fakeService({
    path: '/v1/chat/completions',
    schema: request,
    faultsIn: ({ messages, max_tokens, max_completion_tokens }, headers) => [
      ...(/^Bearer \S+$/.test(headers.authorization ?? '') ? [] : ['no bearer token']),
      ...((max_tokens === undefined) === (max_completion_tokens === undefined)
        ? ['one limit of the output, not none or both']
        : []),
      ...unanswered(messages),
    ],
    usual: () => said('ok'),
  });
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
