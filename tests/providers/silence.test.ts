// @module-tag alone
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wire } from '../../src/providers/hosted/wire.ts';

/** Longer than the clock of a dispatcher needs to notice its limits. */
const SILENT_MS = 2500;
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');
const place = globalThis as unknown as Record<symbol, object>;

const server = createServer((request, response) => {
  const begin = () => {
    response.write('{');
    setTimeout(() => response.end('}'), request.url === '/body' ? SILENT_MS : 0);
  };
  setTimeout(begin, request.url === '/head' ? SILENT_MS : 0);
});
let usual: object;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  new Headers(); // makes the dispatcher, as wire itself does
  usual = place[DISPATCHER] as object;
  const Agent = usual.constructor as new (limits: object) => object;
  place[DISPATCHER] = new Agent({ headersTimeout: 100, bodyTimeout: 100 });
});
afterAll(() => {
  place[DISPATCHER] = usual;
  server.closeAllConnections();
  server.close();
});

const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

it.each(['/head', '/body'])('a service may be silent for longer than fetch itself allows: %s', async (path) => {
  await expect(fetch(at(path)).then((response) => response.text())).rejects.toThrow();
  expect(await (await wire({})(at(path))).text()).toBe('{}');
});
