import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { type Answer, type FakeService, fakeService } from '../fake-service.ts';
import { halves } from './fake-openai.ts';

const name = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/);
const part = z.union([
  z.strictObject({ text: z.string().regex(/\S/, 'empty text') }),
  z.strictObject({
    inlineData: z.strictObject({
      mimeType: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
      data: z.string().regex(/^[A-Za-z0-9+/]+=*$/),
    }),
  }),
  z.strictObject({
    functionCall: z.strictObject({ name, args: z.record(z.string(), z.json()) }),
    thoughtSignature: z.string().optional(),
  }),
  z.strictObject({
    functionResponse: z.strictObject({
      name,
      response: z.union([z.strictObject({ output: z.string() }), z.strictObject({ error: z.string() })]),
    }),
  }),
]);
const request = z.strictObject({
  contents: z.array(z.strictObject({ role: z.enum(['user', 'model']), parts: z.array(part).min(1) })).min(1),
  systemInstruction: z
    .strictObject({ role: z.literal('user'), parts: z.array(z.strictObject({ text: z.string().min(1) })).length(1) })
    .optional(),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z
          .array(
            z.strictObject({
              name,
              description: z.string(),
              parametersJsonSchema: z.looseObject({ type: z.literal('object') }),
            }),
          )
          .min(1),
      }),
    )
    .length(1)
    .optional(),
  generationConfig: z.strictObject({
    maxOutputTokens: z.number().int().min(1),
    temperature: z.number().min(0).max(2).optional(),
    thinkingConfig: z.strictObject({ thinkingBudget: z.number().int().min(-1) }).optional(),
    responseMimeType: z.literal('application/json').optional(),
    responseJsonSchema: z.looseObject({ type: z.literal('object') }).optional(),
  }),
});
export type GeminiRequest = z.infer<typeof request>;

/** A server that speaks Gemini's protocol; its usual answer is `said('ok')`. */
export function fakeGemini(): FakeService<GeminiRequest> {
  const model = '/v1beta/models/gemini-test';
  return fakeService({
    paths: { plain: `${model}:generateContent`, stream: `${model}:streamGenerateContent?alt=sse` },
    schema: request,
    faultsInHeaders,
    faultsIn: ({ contents, generationConfig }, headers) => [
      ...faultsInHeaders(headers),
      ...(contents[0]?.role === 'user' ? [] : ['the first turn is not the user']),
      ...(generationConfig.responseJsonSchema && !generationConfig.responseMimeType ? ['a schema for no JSON'] : []),
      ...contents.flatMap((content, i) => unanswered(content, contents[i + 1])),
    ],
    usual: () => said('ok'),
    streamed,
    looked: (path) => ({ body: { name: path.replace('/v1beta/', ''), displayName: 'x' } }),
  });
}

function faultsInHeaders(headers: IncomingHttpHeaders): string[] {
  return [
    ...(/^\S+$/.test(String(headers['x-goog-api-key'] ?? '')) ? [] : ['no key']),
    ...(headers.authorization ? ['a key where none belongs'] : []),
  ];
}

type Turn = GeminiRequest['contents'][number];

/** Calls must be answered in the next turn, in their order, and that turn holds nothing else; the first of them is signed. */
function unanswered(turn: Turn, next: Turn | undefined): string[] {
  const calls = turn.parts.flatMap((one) => ('functionCall' in one ? [one] : []));
  const results = next?.parts.flatMap((one) => ('functionResponse' in one ? [one.functionResponse.name] : [])) ?? [];
  const names = calls.map((call) => call.functionCall.name);
  return [
    ...(names.join() === results.join() ? [] : [`calls ${names.join()} and results ${results.join()} differ`]),
    ...(results.length && results.length !== next?.parts.length ? ['results mixed with others'] : []),
    ...(calls[0] && !calls[0].thoughtSignature ? ['a call without a signature'] : []),
  ];
}

interface Generated {
  candidates?: { index?: number; finishReason?: string; content?: { parts?: Record<string, unknown>[] } }[];
  usageMetadata?: unknown;
}

/** The events of that answer: the parts, texts in halves, one by one, then the end with the usage. Odd answers are sent as they are. */
export function streamed(body: unknown): string {
  const { candidates, usageMetadata, ...head } = (body ?? {}) as Generated;
  if (!Array.isArray(candidates) || candidates.some((one) => !Array.isArray(one?.content?.parts)))
    return events([body]);
  const pieces = candidates.flatMap(({ content, index = 0 }) =>
    (content?.parts ?? []).flatMap(piecesOf).map((piece) => {
      return { ...head, candidates: [{ index, content: { role: 'model', parts: [piece] } }] };
    }),
  );
  const ends = candidates.map(({ index, finishReason }) => ({
    index,
    finishReason,
    content: { role: 'model', parts: [] },
  }));
  return events([...pieces, { ...head, candidates: ends, usageMetadata }]);
}

function piecesOf(piece: Record<string, unknown>): Record<string, unknown>[] {
  const { text } = piece;
  return typeof text === 'string' ? halves(text).map((half) => ({ ...piece, text: half })) : [piece];
}

function events(list: unknown[]): string {
  return list.map((one) => `data: ${JSON.stringify(one)}\r\n\r\n`).join('');
}

export const USAGE = {
  promptTokenCount: 90,
  cachedContentTokenCount: 60,
  toolUsePromptTokenCount: 10,
  candidatesTokenCount: 15,
  thoughtsTokenCount: 5,
  totalTokenCount: 120,
};

/** An answer with one candidate of these parts. */
export function generated(parts: object[], more: { finishReason?: string; usageMetadata?: unknown } = {}): Answer {
  const { finishReason = 'STOP', ...rest } = { usageMetadata: USAGE, ...more };
  const candidates = [{ index: 0, finishReason, content: { role: 'model', parts } }];
  return { body: { responseId: 'resp_1', modelVersion: 'gemini-test-001', candidates, ...rest } };
}

export function said(text: string): Answer {
  return generated([{ text }]);
}

export function called(...calls: { id?: string; name?: string; args?: unknown }[]): Answer {
  return generated(calls.map((functionCall) => ({ functionCall })));
}
