/** The network for tools. Each request goes to one address that was checked. */
import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connectTo } from './proxy.ts';

/** One request: a GET, or a POST when it has a body. */
export interface WireRequest {
  url: URL;
  headers?: Record<string, string>;
  body?: string;
}

/** An HTTP response. Redirects are not followed. */
export interface WireResponse {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
  /** Whether the body was longer than requested. */
  isCut: boolean;
}

/** The network, as far as tools may use it. Names are resolved here, and a request goes to exactly the address it is given. */
export interface Wire {
  /** All addresses of a name. */
  resolve(host: string): Promise<string[]>;
  /** Reads up to `most` bytes of the body. Rejects with the signal's reason. */
  ask(address: string, asked: WireRequest, limits: { most: number; signal: AbortSignal }): Promise<WireResponse>;
  /** Opens a connection for a program in the sandbox. If absent, programs have no network. */
  connect?(address: string, port: number, signal: AbortSignal): Promise<Socket>;
}

export const realWire: Wire = {
  connect: connectTo,
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  ask: (address, asked, { most, signal }) =>
    new Promise((resolve, reject) => {
      const request = start(address, asked, signal);
      request.on('error', (error) => reject(signal.aborted ? signal.reason : error));
      request.on('response', (response) => take(response, most).then(resolve, reject));
      request.end(asked.body);
    }),
};

/** The host of the URL is only named: to the server, and in the check of its certificate. */
function start(address: string, { url, headers, body }: WireRequest, signal: AbortSignal): http.ClientRequest {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  return (url.protocol === 'https:' ? https : http).request({
    host: address,
    port: url.port || undefined,
    path: url.pathname + url.search,
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'accept-encoding': 'identity', 'user-agent': 'LeMMing', ...headers, host: url.host },
    servername: isIP(name) ? '' : name,
    agent: false,
    signal,
  });
}

async function take(response: http.IncomingMessage, most: number): Promise<WireResponse> {
  const { statusCode = 0, headers } = response;
  const chunks: Buffer[] = [];
  let left = most;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
    if (left < 0) break;
  }
  response.destroy();
  const plain = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, value?.toString()]));
  return { status: statusCode, headers: plain, body: Buffer.concat(chunks), isCut: left < 0 };
}
