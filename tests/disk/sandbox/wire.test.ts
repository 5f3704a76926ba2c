import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realWire } from '../../../src/disk/sandbox/wire.ts';

/** Tells what it was asked; /slow never answers. */
const server = http.createServer((request, response) => {
  if (request.url === '/slow') return;
  let body = '';
  request.on('data', (data) => {
    body += data;
  });
  const { method, url, headers } = request;
  request.on('end', () =>
    response.end(JSON.stringify({ method, url, host: headers.host, key: headers['x-key'], body })),
  );
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const to = (path: string, scheme = 'http') =>
  new URL(`${scheme}://example.org:${(server.address() as AddressInfo).port}${path}`);
const limits = (most = 1000, signal = new AbortController().signal) => ({ most, signal });

it('asks exactly the address it is given, whatever the host is', async () => {
  const { status, body, isCut } = await realWire.ask('127.0.0.1', { url: to('/a?b') }, limits());
  expect([status, isCut]).toEqual([200, false]);
  expect(JSON.parse(Buffer.from(body).toString())).toEqual({
    method: 'GET',
    url: '/a?b',
    host: to('/').host,
    body: '',
  });
});

it('posts a body with headers', async () => {
  const asked = { url: to('/'), headers: { 'x-key': 'k', host: 'other' }, body: 'hello' };
  const { body } = await realWire.ask('127.0.0.1', asked, limits());
  expect(JSON.parse(Buffer.from(body).toString())).toMatchObject({
    method: 'POST',
    host: to('/').host,
    key: 'k',
    body: 'hello',
  });
});

it('takes no more than is wanted', async () => {
  expect(await realWire.ask('127.0.0.1', { url: to('/') }, limits(5))).toMatchObject({
    isCut: true,
    body: Buffer.from('{"met'),
  });
});

it('rejects with the reason of the signal, and with what the connection says', async () => {
  const controller = new AbortController();
  const slow = realWire.ask('127.0.0.1', { url: to('/slow') }, limits(5, controller.signal));
  controller.abort(new Error('enough'));
  await expect(slow).rejects.toThrow('enough');
  await expect(realWire.ask('127.0.0.1', { url: to('/', 'https') }, limits())).rejects.toThrow();
  await expect(
    realWire.ask('127.0.0.1', { url: new URL(to('/', 'https').href.replace('example.org', '1.1.1.1')) }, limits()),
  ).rejects.toThrow();
});

it('resolves names', async () => {
  expect(await realWire.resolve('127.0.0.1')).toEqual(['127.0.0.1']);
});
