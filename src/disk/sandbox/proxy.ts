/**
 * The HTTP proxy through which a program in the sandbox reaches the hosts that its tool names. It listens on a socket in a
 * folder of its own.
 */

import fs from 'node:fs';
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { copyWith } from '../../schema/copy.ts';

/** Opens a connection to a host; rejects if the program may not have it. */
export type OpenConnection = (host: string, port: number) => Promise<Socket>;

export interface Proxy {
  /** The folder of the socket. */
  folder: string;
  close(): void;
}

export const PROXY_SOCKET = 'socket';
/** The file that forwards the port, in the folder that the sandbox shows to a program. */
export const PROXY_FORWARD = 'forward.mjs';
const FORWARD = new URL('./forward.mjs', import.meta.url);
/** A host that does not exist on the internet, so no tool lists it. */
const CANARY = 'not-listed.invalid:443';

/** Opens a proxy, and proves that it refuses a host that no tool lists. */
export async function openProxy(reach: OpenConnection): Promise<Proxy> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'lemming-net-'));
  const open = new Set<Duplex>();
  const keep = (end: Duplex): void => {
    open.add(end);
    end.on('error', () => end.destroy());
    end.on('close', () => open.delete(end));
  };
  const server = http.createServer((asked, answer) => void forward(reach, asked, answer, keep));
  server.on('connection', keep);
  server.on('connect', (asked, from, head) => void tunnel(reach, asked, from, head, keep));
  const close = (): void => {
    server.close();
    for (const end of open) end.destroy();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    const socket = join(folder, PROXY_SOCKET);
    fs.writeFileSync(join(folder, PROXY_FORWARD), fs.readFileSync(FORWARD));
    fs.chmodSync(join(folder, PROXY_FORWARD), 0o644);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve));
    if ((await statusOf(socket, CANARY)) !== 403)
      throw new Error('the proxy does not refuse a host that is not listed');
    return { folder, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** `head`: what the program sent together with its request. */
async function tunnel(
  reach: OpenConnection,
  { url = '' }: http.IncomingMessage,
  from: Duplex,
  head: Buffer,
  keep: (end: Duplex) => void,
) {
  const [, host = '', port = ''] = /^([^:/?#@[\]]+):(\d{1,5})$/.exec(url) ?? [];
  try {
    const to = await reach(host, Number(port));
    keep(to);
    from.write('HTTP/1.1 200 OK\r\n\r\n');
    to.write(head);
    from.pipe(to).pipe(from);
  } catch (error) {
    from.end(
      `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${(error as Error).message}\n`,
    );
  }
}

/** Forwards only headers that are meant for the host. The host is the one that was checked. */
async function forward(
  reach: OpenConnection,
  asked: http.IncomingMessage,
  answer: http.ServerResponse,
  keep: (end: Duplex) => void,
): Promise<void> {
  try {
    const url = new URL(asked.url ?? '');
    if (url.protocol !== 'http:') throw new Error('only http is forwarded; for https the program asks with CONNECT');
    const to = await reach(url.hostname, Number(url.port || 80));
    keep(to);
    const headers = copyWith(asked.headers, { host: url.host, connection: 'close' });
    for (const name of ['proxy-connection', 'proxy-authorization', 'upgrade']) Reflect.deleteProperty(headers, name);
    const { method = 'GET' } = asked;
    const request = http.request({ createConnection: () => to, method, path: url.pathname + url.search, headers });
    request.on('error', () => answer.destroy());
    request.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    asked.pipe(request);
  } catch (error) {
    answer.writeHead(403, { 'content-type': 'text/plain', connection: 'close' }).end(`${(error as Error).message}\n`);
  }
}

/** The status with which the proxy answers a request for a host. */
function statusOf(socketPath: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, method: 'CONNECT', path, timeout: 5000 });
    const told = ({ statusCode = 0 }: http.IncomingMessage, socket?: Duplex): void => {
      socket?.destroy();
      resolve(statusCode);
    };
    request.on('connect', told);
    request.on('response', told);
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('the proxy does not answer')));
    request.end();
  });
}

export function connectTo(address: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, signal });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
