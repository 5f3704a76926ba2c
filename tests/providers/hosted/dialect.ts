import type { Provider } from '../../../src/providers/provider.ts';
import type { Answer, Asked } from '../fake-service.ts';
import * as messages from './fake-anthropic.ts';
import * as gemini from './fake-gemini.ts';
import * as chat from './fake-openai.ts';

/** A call of a tool in an answer. `text` instead of `input`: the arguments as they are written, where they are a text. */
export interface Call {
  id?: string;
  name?: string;
  input?: unknown;
  text?: string;
}

/** How answers are written in a protocol, so that one table of failures serves all of them. */
export interface Dialect {
  said(text: string, usage?: unknown): Answer;
  called(...calls: Call[]): Answer;
  /** A call of `x` with `{"y": "é"}` and the id `a`, in as few bytes as may be. */
  tiny: object;
  /** Whether arguments are a text of their own. */
  writesArguments: 'always' | 'in streams' | 'never';
  ended(why: 'length' | 'filter' | 'refusal'): Answer;
  /** Two replies in one answer; null where the protocol has no such thing. */
  twice(first: string, second: string): Answer | null;
  usage: Record<'sound' | 'negative' | 'text' | 'contradictory' | 'absurd' | 'partial', unknown>;
  /** A failure as the body of an answer. */
  failure(message: string, kind?: 'overloaded' | 'rate-limit'): object;
  /** A stream that begins well and then tells a failure. */
  failingStream(kind: 'overloaded' | 'rate-limit'): string;
  /** Bodies whose inside is not what it should be. */
  odd: unknown[];
  /** A body whose list of calls holds a text. */
  oddCall: unknown;
}

export const chatDialect: Dialect = {
  said: (content, usage = chat.USAGE) => chat.completed({ content }, { usage }),
  called: (...calls) =>
    chat.called(
      ...calls.map(({ input, text, ...call }) => ({
        ...(call as { name: string }),
        arguments: text ?? JSON.stringify(input),
      })),
    ),
  tiny: {
    choices: [
      {
        finish_reason: 'tool_calls',
        message: { tool_calls: [{ id: 'a', function: { name: 'x', arguments: '{"y":"é"}' } }] },
      },
    ],
  },
  writesArguments: 'always',
  ended: (why) =>
    why === 'refusal'
      ? chat.completed({ refusal: 'I will not' })
      : chat.completed({ content: 'half' }, { finish_reason: why === 'length' ? 'length' : 'content_filter' }),
  twice(first, second) {
    const { headers, body } = chat.said(first);
    const { choices } = body as { choices: { message: object }[] };
    const other = { ...choices[0], index: 1, message: { ...choices[0]?.message, content: second } };
    return { headers: headers ?? {}, body: { ...(body as object), choices: [...choices, other] } };
  },
  usage: {
    sound: chat.USAGE,
    negative: { ...chat.USAGE, prompt_tokens: -100 },
    text: { ...chat.USAGE, completion_tokens: 'NaN' },
    contradictory: { ...chat.USAGE, prompt_tokens_details: { cached_tokens: 101 } },
    absurd: { ...chat.USAGE, prompt_tokens: 9e15 },
    partial: { completion_tokens: 20 },
  },
  failure: (message, kind) => ({
    error: { message, ...(kind && { type: kind === 'overloaded' ? 'overloaded' : 'rate_limit_error' }) },
  }),
  failingStream: (kind) =>
    chat.streamed({ choices: [{ index: 0, message: { content: 'half' } }] }).replace('data: [DONE]\n\n', '') +
    `data: ${JSON.stringify({ error: { message: 'later', code: kind === 'overloaded' ? 503 : 'rate_limit_exceeded' } })}\n\n`,
  odd: [
    { choices: {} },
    { choices: [] },
    { choices: ['x'] },
    { choices: [{ finish_reason: 'stop', message: 'x' }] },
    { choices: [{ finish_reason: 'stop', message: { content: 5 } }] },
    { choices: [{ finish_reason: 5, message: { content: 'x' } }] },
    { choices: [{ finish_reason: 'stop', message: { tool_calls: { id: 'x' } } }] },
  ],
  oddCall: { choices: [{ finish_reason: 'tool_calls', message: { tool_calls: ['x'] } }] },
};

export const messagesDialect: Dialect = {
  said: (text, usage = messages.USAGE) => messages.answered([{ type: 'text', text }], { usage }),
  called: (...calls) =>
    messages.used(
      ...calls.map(({ text, ...call }) => (text === undefined ? call : { ...call, input: { [messages.RAW]: text } })),
    ),
  tiny: { content: [{ type: 'tool_use', id: 'a', name: 'x', input: { y: 'é' } }], stop_reason: 'tool_use' },
  writesArguments: 'in streams',
  ended: (why) => messages.answered([], { stop_reason: why === 'length' ? 'max_tokens' : 'refusal' }),
  twice: () => null,
  usage: {
    sound: messages.USAGE,
    negative: { ...messages.USAGE, input_tokens: -100 },
    text: { ...messages.USAGE, output_tokens: 'NaN' },
    contradictory: { ...messages.USAGE, output_tokens_details: { thinking_tokens: 21 } },
    absurd: { ...messages.USAGE, input_tokens: 9e15 },
    partial: { output_tokens: 20 },
  },
  failure: (message, kind) => ({
    type: 'error',
    error: { type: kind === 'overloaded' ? 'overloaded_error' : kind ? 'rate_limit_error' : 'some_error', message },
  }),
  failingStream: (kind) =>
    `${messages.streamed(messages.said('half').body).split('event: message_delta')[0]}event: error\ndata: ${JSON.stringify(messagesDialect.failure('later', kind))}\n\n`,
  odd: [
    { content: {}, stop_reason: 'end_turn' },
    { stop_reason: 'end_turn' },
    { content: ['x'], stop_reason: 'end_turn' },
    { content: [{ type: 5 }], stop_reason: 'end_turn' },
    { content: [{ type: 'text', text: 5 }], stop_reason: 5 },
    { content: [{ type: 'tool_use', id: 5, name: {}, input: {} }], stop_reason: 5 },
  ],
  oddCall: { content: [{ type: 'tool_use', name: 5, input: 'x' }], stop_reason: 5 },
};

export const geminiDialect: Dialect = {
  said: (text, usageMetadata = gemini.USAGE) => gemini.generated([{ text }], { usageMetadata }),
  called: (...calls) => gemini.called(...calls.map(({ text, input, ...call }) => ({ ...call, args: text ?? input }))),
  tiny: {
    candidates: [
      { finishReason: 'STOP', content: { parts: [{ functionCall: { id: 'a', name: 'x', args: { y: 'é' } } }] } },
    ],
  },
  writesArguments: 'never',
  ended: (why) =>
    gemini.generated([{ text: 'half' }], {
      finishReason: { length: 'MAX_TOKENS', filter: 'SAFETY', refusal: 'PROHIBITED_CONTENT' }[why],
    }),
  twice(first, second) {
    const { body } = gemini.said(first);
    const { candidates } = body as { candidates: object[] };
    const other = { ...candidates[0], index: 1, content: { role: 'model', parts: [{ text: second }] } };
    return { body: { ...(body as object), candidates: [...candidates, other] } };
  },
  usage: {
    sound: gemini.USAGE,
    negative: { ...gemini.USAGE, promptTokenCount: -90 },
    text: { ...gemini.USAGE, candidatesTokenCount: 'NaN' },
    contradictory: { ...gemini.USAGE, cachedContentTokenCount: 101 },
    absurd: { ...gemini.USAGE, promptTokenCount: 9e15 },
    partial: { candidatesTokenCount: 15, thoughtsTokenCount: 5 },
  },
  failure: (message, kind) => ({
    error: { code: kind === 'overloaded' ? 503 : kind ? 429 : 400, message, status: 'SOMETHING' },
  }),
  failingStream: (kind) =>
    `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text: 'half' }] } }] })}\n\ndata: ${JSON.stringify(geminiDialect.failure('later', kind))}\n\n`,
  odd: [
    {},
    { candidates: [] },
    { candidates: ['x'] },
    { candidates: [{ finishReason: 5, content: { parts: [] } }] },
    { candidates: [{ finishReason: 'STOP', content: { parts: ['x'] } }] },
    { candidates: [{ finishReason: 'STOP', content: { parts: [{ text: 5 }] } }] },
  ],
  oddCall: { candidates: [{ finishReason: 'STOP', content: { parts: [{ functionCall: 'x' }] } }] },
};

/** A hosted provider with the service that stands for the real one. */
export interface Hosted {
  provider: Provider;
  dialect: Dialect;
  service: {
    url: string;
    requests: Asked<unknown>[];
    answer(...next: (Answer | ((request: unknown) => Answer))[]): void;
    arrived(): Promise<unknown>;
    left(): Promise<unknown>;
    bytesOf(answer: Answer, stream: boolean): Buffer;
  };
  /** The model in `org/models.yaml`, at that address of the service. */
  model(url: string): Record<string, unknown> & { provider: string };
  /** The variable that holds its key, and the header in which the key travels. */
  variable: string;
  header: string;
}
