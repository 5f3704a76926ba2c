/** The provider `gemini`: Google's Gemini API. */

import type { Content, Part as GeminiPart, GenerateContentParameters, GoogleGenAI } from '@google/genai';
import * as z from 'zod';
import { type Image, type Part, type Prompt, ProviderError, type Reply } from '../core/model/call.ts';
import type { Model } from '../schema/config/models.ts';
import { defined } from '../schema/copy.ts';
import { addressOf } from './hosted/address.ts';
import { type AnswerProgress, type Fail, failing, isStream, parseAnswer, readText } from './hosted/answer.ts';
import { attempt } from './hosted/attempt.ts';
import { joinCandidates } from './hosted/candidates.ts';
import { asForm, asObject, formSchema, readSaid } from './hosted/form.ts';
import { checkImages, imagesOf } from './hosted/images.ts';
import { modelName, openKey, perKey } from './hosted/key.ts';
import { wire } from './hosted/wire.ts';
import { readOptions } from './options.ts';
import type { Provider } from './provider.ts';

/** `options` of a Gemini model. */
const geminiOptions = z.strictObject({
  thinking_budget: z.number().int().min(-1).optional().describe('tokens the model may think; 0 none, -1 as it likes'),
});
type GeminiOptions = z.infer<typeof geminiOptions>;

export default {
  about: "Google's Gemini API.",
  repeatable: false,
  free: false,
  options: geminiOptions,
  async connect(model, outside) {
    const options = readOptions(geminiOptions, model);
    const name = modelName(model);
    const given = addressOf('gemini', model, outside.env);
    const baseUrl = given.replace(/\/+$/, '').replace(/\/v1(?:beta|alpha)?$/, '');
    const key = await openKey(model, outside, ['GEMINI_API_KEY', 'GOOGLE_API_KEY'], baseUrl);
    const { GoogleGenAI: Client } = await import('@google/genai');
    const clientOf = perKey((apiKey) => new Client({ apiKey, vertexai: false, httpOptions: { baseUrl } }));
    const service = { name: 'gemini', key, timeoutMs: model.timeout_ms };
    return {
      async complete(prompt, signal, heard = () => {}) {
        checkImages(prompt, model, name);
        const request = requestOf(prompt, model, name, options);
        return attempt(service, outside, signal, async (secret, stop, progress) => {
          const fail = failing('gemini', progress);
          const seen: AnswerStart = { status: null, headers: undefined };
          const fetch = noting(secret, model.stream, progress, seen);
          try {
            const answer = ask(clientOf(secret), request, model.stream, fetch, stop);
            return readReply(await joinCandidates(answer, progress, heard, fail), progress, prompt, model, name, fail);
          } catch (error) {
            throw described(error, seen);
          }
        });
      },
      probe: (signal) =>
        attempt(service, outside, signal, (secret, stop, progress) =>
          askForModel(clientOf(secret), name, secret, stop, progress),
        ),
    };
  },
} satisfies Provider;

async function* ask(
  client: GoogleGenAI,
  { config, ...request }: GenerateContentParameters,
  stream: boolean,
  send: typeof fetch,
  abortSignal: AbortSignal,
): AsyncGenerator<unknown> {
  // The SDK would by itself send a second request where the service offers a continuation.
  const params = {
    ...request,
    config: { ...config, automaticContinuation: false, abortSignal, httpOptions: { fetch: send } },
  };
  if (stream) yield* await client.models.generateContentStream(params);
  else yield await client.models.generateContent(params);
}

/** The beginning of the answer. The SDK's own errors leave out headers, and for some bodies everything. */
interface AnswerStart {
  status: number | null;
  headers: Headers | undefined;
}

/**
 * The `fetch` of one request. It records how the answer began, and turns a plain answer to a request for a stream into a
 * stream of one event, because the SDK reads nothing else then.
 */
function noting(secret: string, stream: boolean, progress: AnswerProgress, seen: AnswerStart): typeof fetch {
  const send = wire({ 'x-goog-api-key': secret });
  return async (address, init) => {
    const response = await send(address, init);
    const { ok, status, headers } = response;
    Object.assign(seen, { status, headers });
    if (!ok) return response;
    progress.received = 0;
    if (isStream(response)) return response;
    const text = await readText(response, progress);
    parseAnswer(text, failing('gemini', progress));
    // Line ends mean nothing in JSON, but would end the event.
    return new Response(stream ? `data: ${text.replace(/[\r\n]+/g, ' ')}\n\n` : text);
  };
}

/** The error in our terms: the SDK packs the service's words into JSON, and loses the status when a failure has no JSON. */
function described(error: unknown, seen: AnswerStart): unknown {
  if (error instanceof ProviderError || !(error instanceof Error)) return error;
  const failed = seen.status !== null && seen.status >= 400 ? seen.status : null;
  const status = (error as { status?: number }).status ?? failed;
  if (status === null) return error;
  const [, words] = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(error.message) ?? [];
  const [, seconds] = /"retryDelay"\s*:\s*"(\d{1,6}(?:\.\d+)?)s"/.exec(error.message) ?? [];
  const message = `${status} ${words ? (JSON.parse(words) as string) : error.message}`;
  const retryAfterMs = seconds === undefined ? null : Math.ceil(Number(seconds) * 1000);
  return Object.assign(new Error(message), { status, headers: seen.headers, retryAfterMs });
}

async function askForModel(
  client: GoogleGenAI,
  name: string,
  secret: string,
  abortSignal: AbortSignal,
  progress: AnswerProgress,
): Promise<string> {
  const seen: AnswerStart = { status: null, headers: undefined };
  const httpOptions = { fetch: noting(secret, false, progress, seen) };
  try {
    await client.models.get({ model: name, config: { abortSignal, httpOptions } });
    return `reachable; it knows ${name}`;
  } catch (error) {
    if (seen.status !== 404) throw described(error, seen);
    throw new ProviderError('bad-request', `the service does not know the model ${name}`);
  }
}

/** The system text and the tools are the same in every call of an agent, and the service caches equal beginnings. */
function requestOf(prompt: Prompt, model: Model, name: string, options: GeminiOptions): GenerateContentParameters {
  const { system, parts, tools, maxOutputTokens } = model.form === 'json' ? asForm(prompt) : prompt;
  const declared = tools.map(({ name, description, input }) => ({ name, description, parametersJsonSchema: input }));
  return {
    model: name,
    contents: contentsOf(parts, imagesOf({ ...prompt, parts })),
    config: {
      ...(system && { systemInstruction: system }),
      ...(declared.length && { tools: [{ functionDeclarations: declared }] }),
      maxOutputTokens,
      ...defined({ temperature: model.temperature }),
      ...(options.thinking_budget !== undefined && { thinkingConfig: { thinkingBudget: options.thinking_budget } }),
      ...(model.form === 'json' &&
        model.structured && { responseMimeType: 'application/json', responseJsonSchema: formSchema(prompt.tools) }),
    },
  };
}

/** Results must come together, in one turn of their own, and empty texts are refused. */
function contentsOf(parts: readonly Part[], images: readonly Image[][]): Content[] {
  const contents: { from: Part['role']; content: Content & { parts: GeminiPart[] } }[] = [];
  for (const [i, part] of parts.entries()) {
    const own = [...partsOf(part), ...(images[i] ?? []).map(imageOf)];
    const last = contents.at(-1);
    if (last?.from === part.role) last.content.parts.push(...own);
    else if (own.length)
      contents.push({ from: part.role, content: { role: part.role === 'assistant' ? 'model' : 'user', parts: own } });
  }
  return contents.map(({ content }) => content);
}

function partsOf(part: Part): GeminiPart[] {
  if (part.role === 'tool') {
    const response = part.ok ? { output: part.text } : { error: part.text };
    return [{ functionResponse: { name: safeName(part.tool), response } }];
  }
  const text: GeminiPart[] = part.text.trim() ? [{ text: part.text }] : [];
  if (part.role === 'user') return text;
  const calls = part.acts.map(({ tool, input }, i) => ({
    functionCall: { name: safeName(tool), args: asObject(input) },
    ...(i === 0 && UNSIGNED),
  }));
  return [...text, ...calls];
}

/** Newer models want back the signatures of their calls, which we do not keep; this value lets them do without. */
const UNSIGNED = { thoughtSignature: 'skip_thought_signature_validator' };

function imageOf({ type, data }: Image): GeminiPart {
  return { inlineData: { mimeType: type, data } };
}

function safeName(tool: string): string {
  const name = tool.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64);
  return /^[a-zA-Z_]/.test(name) ? name : `_${name}`.slice(0, 64);
}

const REFUSED = new Set([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);
const MALFORMED = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MALFORMED_RESPONSE',
]);

type GeminiAnswer = Awaited<ReturnType<typeof joinCandidates>>;

/** Turns an answer into a reply. Throws whatever prevents one, with the usage that was billed. */
function readReply(
  joined: GeminiAnswer,
  progress: AnswerProgress,
  prompt: Prompt,
  model: Model,
  name: string,
  fail: Fail,
): Reply {
  const { finish, blocked, text } = joined;
  if (blocked !== null) throw fail('refused', `the prompt was blocked: ${blocked}`);
  if (finish === null) throw fail('unavailable', 'the answer was cut before its end, or is none');
  if (finish === 'MAX_TOKENS') throw fail('incomplete', `the reply was cut at ${prompt.maxOutputTokens} tokens`);
  if (REFUSED.has(finish)) throw fail('refused', `the service stopped the reply: ${finish}`);
  if (MALFORMED.has(finish)) throw fail('malformed', `the model made no proper call: ${finish}`);
  if (finish !== 'STOP') throw fail('incomplete', `the reply ended early: ${finish}`);
  const said = readSaid(text, () => joined.calls, prompt, model, fail);
  const { usage, requestId } = progress;
  return { ...said, usage, requestId, model: joined.model || name };
}
