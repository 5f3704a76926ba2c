import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { z } from 'zod';

/** One scripted answer. `hang`: says nothing; `stall`: sends headers and half a body; `drop`: cuts the connection. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  ending?: 'hang' | 'stall' | 'drop';
}

export interface FakeService<R> {
  /** `http://127.0.0.1:<port>` while the tests run. */
  url: string;
  requests: { path: string; headers: IncomingHttpHeaders; body: R }[];
  /** Scripts the next answers; after them comes the usual one. */
  answer(...next: (Answer | ((request: R) => Answer))[]): void;
  /** Resolves when a request has arrived. */
  arrived(): Promise<unknown>;
}

/**
 * A real server on a free local port that holds our requests to the service's rules: `schema` for the shape, `faultsIn`
 * for what a shape cannot say. A test in which it found a fault fails. It starts before and stops after the tests.
 */
export function fakeService<R>(given: {
  path: string;
  schema: z.ZodType<R>;
  faultsIn(request: R, headers: IncomingHttpHeaders): string[];
  usual(request: R): Answer;
}): FakeService<R> {
  const faults: string[] = [];
  const events = new EventEmitter();
  let script: (Answer | ((request: R) => Answer))[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await textOf(request)) as unknown;
    const read = given.schema.safeParse(body);
    const found = read.success
      ? given.faultsIn(read.data, request.headers)
      : read.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
    if (request.url !== given.path) found.push(`${request.url} instead of ${given.path}`);
    faults.push(...found);
    fake.requests.push({ path: request.url ?? '', headers: request.headers, body: body as R });
    events.emit('request');
    if (found.length)
      return send(response, {
        status: 400,
        body: { error: { type: 'invalid_request_error', message: found.join('; ') } },
      });
    const next = script.shift() ?? given.usual;
    send(response, typeof next === 'function' ? next(body as R) : next);
  });
  const fake: FakeService<R> = {
    url: '',
    requests: [],
    answer: (...next) => void script.push(...next),
    arrived: () => once(events, 'request'),
  };
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    const found = faults.splice(0);
    fake.requests = [];
    script = [];
    expect(found, 'requests that the service would refuse').toEqual([]);
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return fake;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status = 200, headers = {}, body, ending }: Answer): void {
  if (ending === 'hang') return;
  if (ending === 'drop') return void response.destroy();
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
    ...headers,
  });
  if (ending === 'stall') response.write(text.slice(0, text.length / 2));
  else response.end(text);
}
