/** The transports to MCP servers. */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import type { ServerProcess } from '../../disk/sandbox/server-process.ts';
import type { McpServer } from '../../schema/config/mcp.ts';
import { copyWith } from '../../schema/copy.ts';

/** The most bytes of one answer over HTTP. */
const ANSWER_BYTES = 16_000_000;

/** The connection to a program: one message a line. Lines that are not messages are ignored. */
export function wireTo(process: ServerProcess): Transport {
  const wire: Transport = {
    start: async () => {
      process.listen(
        (line) => {
          const message = messageIn(line);
          if (message) wire.onmessage?.(message);
        },
        () => wire.onclose?.(),
      );
    },
    send: async (message) => process.send(JSON.stringify(message)),
    close: () => process.close(),
  };
  return wire;
}

function messageIn(line: string): JSONRPCMessage | null {
  try {
    return JSONRPCMessageSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** The connection to an address. `secret` resolves references. */
export async function wireOver(
  { url, headers }: McpServer,
  secret: (reference: string) => Promise<string>,
): Promise<Transport> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const sent = await Promise.all(
    Object.entries(headers).map(async ([name, value]) => [name, await filledIn(value, secret)]),
  );
  const wire = new StreamableHTTPClientTransport(new URL(url as string), {
    requestInit: { headers: Object.fromEntries(sent) as Record<string, string> },
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1000,
      maxReconnectionDelay: 1000,
      reconnectionDelayGrowFactor: 1,
    },
    fetch: bounded,
  });
  return wire as Transport;
}

async function filledIn(value: string, secret: (reference: string) => Promise<string>): Promise<string> {
  const [, word = '', reference = ''] = /^([A-Za-z]+ )?(.+)$/.exec(value) ?? [];
  return `${word}${await secret(reference)}`;
}

/**
 * Refuses a stream for unrequested messages: a server that is not asked has nothing to say. Answers are limited in size, and
 * redirects are not followed, so no header is sent elsewhere.
 */
async function bounded(url: string | URL, init?: RequestInit): Promise<Response> {
  if (init?.method === 'GET') return new Response(null, { status: 405 });
  const { body, status, statusText, headers } = await fetch(url, copyWith(init ?? {}, { redirect: 'error' as const }));
  if (body === null) return new Response(null, { status, statusText, headers });
  let left = ANSWER_BYTES;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, stream) {
      left -= chunk.length;
      if (left >= 0) stream.enqueue(chunk);
      else stream.error(new Error('the answer is too long'));
    },
  });
  return new Response(body.pipeThrough(count), { status, statusText, headers });
}
