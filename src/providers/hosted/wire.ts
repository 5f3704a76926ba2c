/** The `fetch` that SDKs are given: it guards the key and bounds the answer. */
import { ProviderError } from '../../core/model/call.ts';
import { isStream } from './answer.ts';

/** Bytes of one answer, unpacked. The longest real answers have some hundred thousand. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Bytes of one event of a stream. The SDKs search an unfinished event again with each piece that arrives. */
const MOST_EVENT_BYTES = 1024 * 1024;

/** Headers that a request may have. The SDKs would add what their own environment variables name. */
const HEADERS = new Set([
  'accept',
  'anthropic-version',
  'content-type',
  'openai-organization',
  'openai-project',
  'user-agent',
  'x-goog-api-client',
]);

/**
 * The `fetch` that an SDK is given: it sends the key where the service expects it and nowhere else, follows no redirect,
 * and ends an answer of more than 8 MiB, or with an event of more than 1 MiB, with a `malformed`.
 */
export function wire(auth: Record<string, string>): typeof fetch {
  return async (address, init = {}) => {
    const headers = { ...kept(new Headers(init.headers)), ...auth };
    const response = await fetch(address, { ...init, headers, redirect: 'error', ...patient() });
    return response.body ? new Response(metered(response.body, isStream(response), init.signal), response) : response;
  };
}

/** Where Node keeps the dispatcher of its `fetch`, as soon as a program used `fetch` or `Headers`. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

type Dispatcher = NonNullable<RequestInit['dispatcher']>;

/**
 * Sends a request without the limits of `fetch` itself, which ends a connection that is silent for five minutes. How long an
 * answer may take says `timeout_ms` alone.
 */
function patient(): Pick<RequestInit, 'dispatcher'> {
  const own = (globalThis as { [DISPATCHER]?: Dispatcher })[DISPATCHER];
  if (!own) return {};
  const dispatch: Dispatcher['dispatch'] = (options, handler) =>
    own.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler);
  return { dispatcher: { dispatch } as Dispatcher };
}

function kept(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => HEADERS.has(name)));
}

function metered(
  body: ReadableStream<Uint8Array>,
  hasEvents: boolean,
  signal: AbortSignal | null | undefined,
): ReadableStream<Uint8Array> {
  let bytes = 0;
  let eventBytes = 0;
  const meter = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, out) {
      bytes += piece.byteLength;
      eventBytes = hasEvents ? bytesOfEvent(eventBytes, piece) : 0;
      if (bytes > MOST_BYTES) out.error(tooLarge('the answer', MOST_BYTES));
      else if (eventBytes > MOST_EVENT_BYTES) out.error(tooLarge('an event of the answer', MOST_EVENT_BYTES));
      else out.enqueue(piece);
    },
  });
  return body.pipeThrough(meter, signal ? { signal } : {});
}

/** Bytes of the event that is not finished yet; an empty line ends one. */
function bytesOfEvent(before: number, piece: Uint8Array): number {
  const view = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  const end = Math.max(view.lastIndexOf('\n\n'), view.lastIndexOf('\n\r\n'));
  return end < 0 ? before + view.length : view.length - end;
}

function tooLarge(what: string, most: number): ProviderError {
  return new ProviderError('malformed', `${what} is larger than ${most} bytes`);
}
