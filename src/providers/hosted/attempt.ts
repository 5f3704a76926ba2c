/** Makes one request to a hosted service, and says in our words how it failed. */
import { setMaxListeners } from 'node:events';
import { type CallFailure, ProviderError } from '../../core/model/call.ts';
import { maskerOf } from '../../core/text/mask.ts';
import type { Outside } from '../provider.ts';
import type { AnswerProgress } from './answer.ts';
import { type Key, NO_KEY } from './key.ts';
import { aboutPrompt } from './refusals.ts';

/** What a hosted provider knows about its service. */
export interface HostedService {
  /** As in `org/models.yaml`. */
  name: string;
  key: Key;
  timeoutMs: number;
}

/** Sends one request and reads its answer, with the present key. */
export type Send<T> = (secret: string, signal: AbortSignal, progress: AnswerProgress) => Promise<T>;

/** How the SDKs describe a failed request. Without a status nothing was answered, or the failure came within an answer. */
interface SdkError {
  message: string;
  cause?: unknown;
  status?: number;
  headers?: Headers;
  requestID?: string | null;
  /** The service's own word, such as `content_filter`; some services give a status. */
  code?: unknown;
  /** The service's own word, such as `overloaded_error`. */
  type?: unknown;
  /** Anthropic's message, without its JSON wrapper. */
  apiMessage?: string | null;
  /** A wait that the service asks for in the body. */
  retryAfterMs?: number | null;
}

/** Characters of a service's own error text that are kept. */
const MESSAGE_CHARS = 500;
/** Milliseconds for an SDK, which cannot be told to wait for ever: the longest time of a timer. */
export const SDK_TIMEOUT_MS = 2 ** 31 - 1;

const LATE = Symbol('late');

/**
 * Sends exactly one request. Rejects with the signal's reason after an abort, and with a ProviderError for every failure;
 * `timeout` covers the whole answer, not only its headers.
 */
export async function attempt<T>(
  service: HostedService,
  outside: Outside,
  signal: AbortSignal,
  send: Send<T>,
): Promise<T> {
  signal.throwIfAborted();
  const progress: AnswerProgress = { received: null, usage: null, requestId: null };
  const stop = new AbortController();
  const abort = () => stop.abort(signal.reason);
  // One signal ends many calls: more than ten listeners are no leak here.
  setMaxListeners(0, signal, stop.signal);
  signal.addEventListener('abort', abort, { once: true });
  outside.sleep(service.timeoutMs, stop.signal).then(
    () => stop.abort(LATE),
    () => {},
  );
  let secret = NO_KEY;
  const sending = async () => {
    secret = await service.key.ask();
    return send(secret, stop.signal, progress);
  };
  try {
    return await Promise.race([sending(), rejection(stop.signal)]);
  } catch (error) {
    if (!stop.signal.aborted) throw failureOf(error, service, cleaner(secret, outside), progress);
    throw stop.signal.reason === LATE ? late(service, progress) : stop.signal.reason;
  } finally {
    signal.removeEventListener('abort', abort);
    stop.abort();
  }
}

/** Rejects on abort. Needed beside the SDK: Node 20 loses an abort of a half-read answer once its request was collected. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

function late({ name, timeoutMs }: HostedService, progress: AnswerProgress): ProviderError {
  const what = progress.received === null ? 'gave no answer' : 'did not end its answer';
  return new ProviderError('timeout', `${name} ${what} within ${timeoutMs} ms`, progress);
}

function failureOf(
  thrown: unknown,
  service: HostedService,
  clean: (text: string) => string,
  progress: AnswerProgress,
): ProviderError {
  const error = thrown as SdkError;
  const own = thrown instanceof ProviderError ? thrown : null;
  const words = error.apiMessage ? `${error.status ?? ''} ${error.apiMessage}`.trim() : wordsOf(error);
  const failure = own?.failure ?? kindOf(error, progress, service.name, words);
  const named = words.startsWith(`${service.name}: `) || own?.failure === 'auth' ? words : `${service.name}: ${words}`;
  const remedy = failure === 'auth' && !own ? ` (check ${service.key.name})` : '';
  const requestId = own?.requestId ?? error.requestID ?? progress.requestId;
  return new ProviderError(failure, clean(named).slice(0, MESSAGE_CHARS) + remedy, {
    retryAfterMs: own?.retryAfterMs ?? retryAfterMs(error.headers) ?? error.retryAfterMs,
    usage: own?.usage ?? progress.usage,
    requestId: requestId && clean(requestId),
    received: own?.received ?? progress.received,
  });
}

/** The message with those of its causes, without repetition: "Connection error: fetch failed: connect ECONNREFUSED ...". */
function wordsOf(error: SdkError): string {
  const words: string[] = [];
  for (let at: unknown = error; at instanceof Error && words.length < 4; at = at.cause) {
    const message = at.message.replace(/\.$/, '');
    if (message && !words.some((known) => known.includes(message))) words.push(message);
  }
  return words.join(': ');
}

/** How services name their failures where there is no status, in the middle of a stream. */
const KINDS: Record<string, CallFailure> = {
  authentication_error: 'auth',
  billing_error: 'auth',
  insufficient_quota: 'rate-limit',
  invalid_api_key: 'auth',
  permission_error: 'auth',
  rate_limit_error: 'rate-limit',
  rate_limit_exceeded: 'rate-limit',
  tokens: 'rate-limit',
  engine_overloaded: 'overloaded',
  overloaded: 'overloaded',
  overloaded_error: 'overloaded',
  service_unavailable: 'overloaded',
  timeout: 'timeout',
  timeout_error: 'timeout',
  invalid_request_error: 'bad-request',
  model_not_found: 'bad-request',
  not_found_error: 'bad-request',
};

function kindOf(error: SdkError, progress: AnswerProgress, service: string, words: string): CallFailure {
  if (error.code === 'content_filter') return 'refused';
  const about = aboutPrompt(service, { status: error.status, code: error.code, type: error.type, words });
  if (about) return about;
  const status = error.status ?? Number(error.code);
  if (status >= 400 && status < 1000) return kindOfStatus(status);
  for (const word of [error.code, error.type])
    if (typeof word === 'string' && Object.hasOwn(KINDS, word)) return KINDS[word] as CallFailure;
  const silent = progress.received === null && /tim(?:ed? ?out|eout)/i.test(wordsOf(error));
  return silent ? 'timeout' : 'unavailable';
}

function kindOfStatus(status: number): CallFailure {
  if (status === 401 || status === 402 || status === 403) return 'auth';
  if (status === 429) return 'rate-limit';
  if (status === 503 || status === 529) return 'overloaded';
  if (status === 408) return 'timeout';
  return status >= 500 || status === 409 ? 'unavailable' : 'bad-request';
}

/** Masks the key, in all forms in which a service may quote it. */
function cleaner(secret: string, outside: Outside): (text: string) => string {
  if (secret === NO_KEY) return outside.mask;
  const maskKey = maskerOf(new Map([[secret, 'key']])); // leaves a short key as it is
  return (text) => outside.mask(maskKey(text).replaceAll(secret, '[key]'));
}

/**
 * Milliseconds that the service asks us to wait: `retry-after-ms`, or `retry-after` as seconds or as a date relative to the
 * service's own `date`. null when it asks for nothing intelligible.
 */
export function retryAfterMs(headers: Headers | undefined): number | null {
  const exact = headers?.get('retry-after-ms');
  const rough = headers?.get('retry-after');
  if (exact) return whole(Number(exact));
  if (!rough) return null;
  const seconds = Number(rough);
  return whole(Number.isNaN(seconds) ? Date.parse(rough) - Date.parse(headers?.get('date') ?? '') : seconds * 1000);
}

function whole(ms: number): number | null {
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : null;
}
