import { setMaxListeners } from 'node:events';
import { type CallFailure, ProviderError } from '../../core/call.ts';
import type { Outside } from '../provider.ts';
import { type Key, NO_KEY } from './key.ts';

/** What a hosted provider tells about the service it talks to. */
export interface Service {
  /** As in `org/models.yaml`. */
  name: string;
  key: Key;
  timeoutMs: number;
  /** What its SDK throws when the service stays silent. */
  Timeout: new () => Error;
}

/** How the SDKs describe a failed request. Without a status nothing was answered. */
interface SdkError {
  message: string;
  cause?: unknown;
  status?: number;
  headers?: Headers;
  requestID?: string | null;
  /** OpenAI's reason, such as `content_filter`. */
  code?: unknown;
  /** Anthropic's message without the JSON around it. */
  apiMessage?: string | null;
}

/** Characters of a service's own error text that are kept. */
const MESSAGE_CHARS = 500;

/**
 * Sends one request and nothing more. Rejects with the signal's reason after an abort, and with a ProviderError for every
 * failure; `timeout` covers the whole answer, not only its headers.
 */
export async function attempt<T>(
  service: Service,
  outside: Outside,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const abort = () => stop.abort(signal.reason);
  // One signal ends many calls: more than ten listeners are no leak here.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', abort, { once: true });
  const late = new ProviderError('timeout', `${service.name} gave no answer within ${service.timeoutMs} ms`);
  outside.sleep(service.timeoutMs, stop.signal).then(
    () => stop.abort(late),
    () => {},
  );
  try {
    return await Promise.race([send(stop.signal), rejection(stop.signal)]);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : failureOf(error, service, late);
  } finally {
    signal.removeEventListener('abort', abort);
    stop.abort();
  }
}

/** Rejects on abort. Needed beside the SDK: Node 20 loses an abort of a half-read answer once its request was collected. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

function failureOf(thrown: unknown, service: Service, late: ProviderError): ProviderError {
  if (thrown instanceof service.Timeout) return late;
  const error = thrown as SdkError;
  const failure = kindOf(error);
  const message = clean(error.apiMessage ? `${error.status} ${error.apiMessage}` : wordsOf(error), service.key);
  const remedy = failure === 'auth' ? ` (check ${service.key.variable})` : '';
  return new ProviderError(failure, `${service.name}: ${message}${remedy}`, {
    retryAfterMs: retryAfterMs(error.headers),
    requestId: error.requestID ?? null,
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

function kindOf({ status, code }: SdkError): CallFailure {
  if (status === undefined) return 'unavailable';
  if (code === 'content_filter') return 'refused';
  if (status === 401 || status === 402 || status === 403) return 'auth';
  if (status === 429) return 'rate-limit';
  if (status === 503 || status === 529) return 'overloaded';
  if (status === 408) return 'timeout';
  return status >= 500 || status === 409 ? 'unavailable' : 'bad-request';
}

/** A service may quote what it was sent: the key must not go on from here. */
function clean(message: string, key: Key): string {
  return (key.secret === NO_KEY ? message : message.replaceAll(key.secret, '[key]')).slice(0, MESSAGE_CHARS);
}

/**
 * Milliseconds the service asks to wait: `retry-after-ms`, or `retry-after` as seconds or as a date, which counts from the
 * service's own `date`. null when it asks for nothing that can be understood.
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
