import { ProviderError } from '../../core/call.ts';

/** Bytes of one answer, after it was unpacked. The longest honest answers have some hundred thousand. */
const MOST_BYTES = 8 * 1024 * 1024;

/** What a request says of itself. The SDKs would add what their own environment variables name. */
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
 * The `fetch` that an SDK is given: it sends the key where the service looks for it and nowhere else, follows no
 * redirect, and breaks off an answer of more than 8 MiB with a `malformed`.
 */
export function wire(auth: Record<string, string>): typeof fetch {
  return async (address, init = {}) => {
    const headers = { ...kept(new Headers(init.headers)), ...auth };
    const response = await fetch(address, { ...init, headers, redirect: 'error' });
    return response.body ? new Response(metered(response.body, init.signal), response) : response;
  };
}

function kept(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => HEADERS.has(name)));
}

function metered(body: ReadableStream<Uint8Array>, signal: AbortSignal | null | undefined): ReadableStream<Uint8Array> {
  let bytes = 0;
  const meter = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, out) {
      bytes += piece.byteLength;
      if (bytes <= MOST_BYTES) out.enqueue(piece);
      else out.error(new ProviderError('malformed', `the answer is larger than ${MOST_BYTES} bytes`));
    },
  });
  return body.pipeThrough(meter, signal ? { signal } : {});
}
