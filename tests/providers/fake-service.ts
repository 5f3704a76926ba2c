import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { z } from 'zod';

/** One scripted answer, which comes as a stream of events when the request asked for one. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** A value is sent as JSON, or as events; a text or bytes as they are. */
  body?: unknown;
  /** A plain body even where a stream was asked for. */
  plain?: boolean;
  /**
   * How it goes wrong. `hang`: says nothing; `silence`: headers only; `stall`: headers and half a body; `drop`: cuts the
   * connection before the headers; `drip`: one byte at a time; `endless`: the body
   * again and again; a number: that many bytes, then the connection is cut, or (negative, less one) the answer ends as if it
   * were whole; a promise: two events, and the others when it resolves.
   */
  ending?: 'hang' | 'silence' | 'stall' | 'drop' | 'drip' | 'endless' | number | Promise<unknown>;
}

/** What a test lets go when it has seen what it waits for. */
export function gate(): { open: Promise<void>; letGo: () => void } {
  let letGo!: () => void;
  const open = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  return { open, letGo };
}

type Script<R> = Answer | ((request: R) => Answer);

export interface Asked<R> {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: R;
}

export interface FakeService<R> {
  /** `http://127.0.0.1:<port>` while the tests run. */
  url: string;
  requests: Asked<R>[];
  /** Scripts the next answers; after them comes the usual one. */
  answer(...next: Script<R>[]): void;
  /** Resolves when a request has arrived. */
  arrived(): Promise<unknown>;
  /** Resolves when somebody hangs up before an answer was complete. */
  left(): Promise<unknown>;
  /** The bytes of an answer as they are sent. */
  bytesOf(answer: Answer, stream: boolean): Buffer;
}

/**
 * A real server on a free local port that holds our requests to the service's rules: `schema` for the shape, `faultsIn`
 * for what a shape cannot say. A test in which it found a fault fails. It starts before and stops after the tests.
 */
export function fakeService<R>(given: {
  /** Where a plain answer and where a stream is asked for; the same path when the body says which. */
  paths: { plain: string; stream: string };
  schema: z.ZodType<R>;
  faultsIn(request: R, headers: IncomingHttpHeaders): string[];
  /** What is wrong with the headers of a request without a body. */
  faultsInHeaders(headers: IncomingHttpHeaders): string[];
  usual(request: R): Answer;
  /** The events that stand for a plain answer. */
  streamed(body: unknown): string;
  /** Answers requests without a body, by their path. */
  looked(path: string): Answer;
}): FakeService<R> {
  const faults: string[] = [];
  const events = new EventEmitter();
  let script: Script<R>[] = [];

  const wantsStream = (path: string, body: unknown) =>
    path === given.paths.stream &&
    (given.paths.stream !== given.paths.plain || (body as { stream?: unknown } | null)?.stream === true);

  const check = (path: string, headers: IncomingHttpHeaders, body: unknown): string[] => {
    const read = given.schema.safeParse(body);
    const found = read.success
      ? given.faultsIn(read.data, headers)
      : read.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
    if (path !== given.paths.plain && path !== given.paths.stream)
      found.push(`${path} instead of ${given.paths.plain}`);
    return found;
  };

  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    response.on('close', () => void (response.writableFinished || events.emit('left')));
    const text = await textOf(request);
    const body = text ? (JSON.parse(text) as unknown) : null;
    fake.requests.push({ method, path, headers, body: body as R });
    events.emit('request');
    const found = method === 'GET' ? given.faultsInHeaders(headers) : check(path, headers, body);
    faults.push(...found);
    if (found.length)
      return send(response, Buffer.from(JSON.stringify({ error: { message: found.join() } })), { status: 400 });
    const next = script.shift() ?? (method === 'GET' ? given.looked(path) : given.usual);
    const answer = typeof next === 'function' ? next(body as R) : next;
    const stream = wantsStream(path, body);
    await send(response, fake.bytesOf(answer, stream), {
      ...answer,
      headers: { ...typeOf(answer, stream), ...answer.headers },
    });
  });

  const isEvents = ({ status = 200, body, plain }: Answer, stream: boolean) =>
    stream && !plain && status < 300 && typeof body === 'object' && !Buffer.isBuffer(body);
  const typeOf = (answer: Answer, stream: boolean): Record<string, string> => {
    if (isEvents(answer, stream)) return { 'content-type': 'text/event-stream; charset=utf-8' };
    const isText = typeof answer.body === 'string' || Buffer.isBuffer(answer.body);
    return { 'content-type': isText ? 'text/html' : 'application/json; charset=utf-8' };
  };

  const fake: FakeService<R> = {
    url: '',
    requests: [],
    answer: (...next) => void script.push(...next),
    arrived: () => once(events, 'request'),
    left: () => once(events, 'left'),
    bytesOf: (answer, stream) => {
      const { body } = answer;
      if (Buffer.isBuffer(body)) return body;
      if (isEvents(answer, stream)) return Buffer.from(given.streamed(body));
      return Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
    },
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

async function send(response: ServerResponse, bytes: Buffer, { status = 200, headers = {}, ending }: Answer) {
  if (ending === 'hang') return;
  if (ending === 'drop') return void response.destroy();
  response.on('error', () => {});
  response.writeHead(status, headers);
  if (ending === undefined) return void response.end(bytes);
  response.flushHeaders();
  if (ending === 'stall') response.write(bytes.subarray(0, bytes.length / 2));
  else if (ending === 'drip') await drip(response, bytes);
  else if (ending === 'endless') await repeat(response, bytes);
  else if (typeof ending === 'number') cut(response, bytes, ending);
  else if (ending instanceof Promise) await inTwo(response, bytes, ending);
}

function cut(response: ServerResponse, bytes: Buffer, ending: number): void {
  if (ending < 0) return void response.end(bytes.subarray(0, -ending - 1));
  if (ending === 0) return void setImmediate(() => response.destroy());
  response.write(bytes.subarray(0, ending), () => response.destroy());
}

async function drip(response: ServerResponse, bytes: Buffer): Promise<void> {
  for (let i = 0; i < bytes.length && !response.destroyed; i++) {
    response.write(bytes.subarray(i, i + 1));
    await wait(20);
  }
}

async function inTwo(response: ServerResponse, bytes: Buffer, goOn: Promise<unknown>): Promise<void> {
  const events = bytes.toString().split(/(?<=\n\n)/);
  response.write(events.slice(0, 2).join(''));
  await goOn;
  response.end(events.slice(2).join(''));
}

async function repeat(response: ServerResponse, bytes: Buffer): Promise<void> {
  while (!response.destroyed) {
    response.write(bytes);
    await wait(1);
  }
}
