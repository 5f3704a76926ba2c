import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Act } from '../../regression/org.ts';
import { mcpYaml, Owned, told } from '../tools/owned.ts';
import { counter } from './server-sdk.mjs';

type Handler = (request: IncomingMessage, response: ServerResponse, body: unknown) => void | Promise<void>;

/** A real server on a free local port, and the headers of what it was asked. */
async function serving(handle: Handler): Promise<{ url: string; asked: IncomingMessage['headers'][] }> {
  const asked: IncomingMessage['headers'][] = [];
  const server = createServer(async (request, response) => {
    asked.push(request.headers);
    response.on('error', () => {});
    let text = '';
    for await (const chunk of request) text += chunk;
    await handle(request, response, text === '' ? undefined : JSON.parse(text));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, asked };
}

/** The SDK's own server, a session each. */
function sdk(): Handler {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  return async (request, response, body) => {
    const known = sessions.get(String(request.headers['mcp-session-id']));
    const transport =
      known ??
      new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void sessions.set(id, transport),
      });
    if (!known) await counter().connect(transport as Transport);
    await transport.handleRequest(request, response, body);
  };
}

const add = (n: number): Act => ({ tool: 'c__add', input: { n } });

function org(turns: Act[][], settings: Record<string, unknown>): Owned {
  const server = { start_ms: 60_000, timeout_ms: 60_000, ...settings };
  return new Owned(turns, ['c__*'], { 'org/mcp.yaml': mcpYaml({ c: server }) });
}

describe('a server made with the SDK', () => {
  it('is used over HTTP, with a key by its reference; its tools stand in the prompt', async () => {
    const { url, asked } = await serving(sdk());
    const made = org([[add(2), add(3)], [add(4)]], { url, headers: { Authorization: 'Bearer env:COUNTER_KEY' } });
    made.env.COUNTER_KEY = 'a-key-that-nobody-should-see';
    await made.trust('c');
    await made.run(2);
    expect(told(made.used())).toEqual([
      [true, 'sum 2'],
      [true, 'sum 5'],
      [true, 'sum 9'],
    ]);
    expect(made.used()[0]).toMatchObject({ tainted: true });
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${made.env.COUNTER_KEY}`]),
    );
    expect(made.shown()[0]).toContain('c__add');
    expect(await made.recomputed()).toMatchObject({ identical: true });
  });

  it('is used over stdio, outside the Box when its settings say so', async () => {
    const script = fileURLToPath(new URL('./server-sdk.mjs', import.meta.url));
    const made = org([[add(2), add(3)]], { command: [process.execPath, script, 'stdio'], sandbox: 'host' });
    await made.trust('c');
    await made.run();
    expect(told(made.used())).toEqual([
      [true, 'sum 2'],
      [true, 'sum 5'],
    ]);
  });

  it('hears nothing, and gets no key, before the owner said yes', async () => {
    const { url, asked } = await serving(sdk());
    const canary = 'a-canary-that-nobody-should-hear';
    const made = org([[add(2)]], { url, headers: { Authorization: 'Bearer env:COUNTER_KEY' } });
    made.env.COUNTER_KEY = canary;
    await expect(made.trust('c', {})).rejects.toThrow(/Ask c as shown/);
    await expect(made.trust('c', {}, { interactive: true, stdin: 'no\n' })).rejects.toThrow('nothing was done');
    await expect(made.trust('c', {}, { interactive: true, stdin: '' })).rejects.toThrow('nothing was done');
    expect(asked).toEqual([]);
    const { said } = await made.trust('c', {}, { interactive: true, stdin: 'yes\nyes\n' });
    expect(said.indexOf(`asks ${url}`)).toBeLessThan(said.indexOf('Ask c'));
    expect(said.indexOf('Ask c')).toBeLessThan(said.indexOf('c__add'));
    expect(said).not.toContain(canary);
    expect(asked[0]?.authorization).toBe(`Bearer ${canary}`);
  });

  it.each([{ sandbox: 'host' }, { env: ['COUNTER_KEY'] }, { network: true }])(
    'is not started before the owner said yes, where it could do or tell something: %j',
    async (settings) => {
      const script = fileURLToPath(new URL('./server-sdk.mjs', import.meta.url));
      const made = org([[]], { command: [process.execPath, script, 'stdio'], ...settings });
      await expect(made.trust('c', {})).rejects.toThrow(/Start c as shown/);
    },
  );

  it('is not asked without its key', async () => {
    const { url, asked } = await serving(sdk());
    const made = org([[add(2)]], { url, headers: { Authorization: 'Bearer env:COUNTER_KEY' } });
    await expect(made.trust('c')).rejects.toThrow(/COUNTER_KEY is not set/);
    expect(asked).toEqual([]);
  });
});

describe('a hostile service', () => {
  /** Milliseconds for what only the time limit ends. */
  const SOON = 4000;
  const bad: [string, Handler, string | RegExp, number?][] = [
    ['hangs', () => {}, 'Request timed out', SOON],
    ['answers with a page', (_request, response) => void response.end('<html>'), 'Unexpected content type'],
    ['answers with nonsense', (_request, response) => void json(response, { jsonrpc: '1.0' }), 'did not reply'],
    [
      'answers with an error',
      (_request, response) => void response.writeHead(500).end('x'.repeat(100_000)),
      'did not reply',
    ],
    ['does not know the key', (_request, response) => void response.writeHead(401).end('who?'), 'did not reply'],
    ['cuts the connection', (_request, response) => void response.destroy(), 'did not reply'],
    [
      'answers without an end',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const more = () => {
          while (!response.destroyed && response.write(' '.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      },
      'did not reply',
    ],
    [
      'sends events without an end',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const more = () => {
          while (!response.destroyed && response.write(`data: ${'x'.repeat(65_536)}\n\n`));
        };
        response.on('drain', more);
        more();
      },
      'did not reply',
      SOON,
    ],
  ];

  it.each(bad)('that %s in a call fails in that call alone', async (_what, handle, why, timeout_ms = 60_000) => {
    const good = sdk();
    let calls = 0;
    const { url } = await serving((request, response, body) => {
      const isCall = (body as { method?: string } | undefined)?.method === 'tools/call';
      return isCall && calls++ === 0 ? handle(request, response, body) : good(request, response, body);
    });
    const made = org([[add(2), add(3)]], { url, timeout_ms });
    await made.trust('c');
    await made.run();
    expect(told(made.used())).toEqual([
      [false, expect.stringMatching(why)],
      [true, 'sum 3'],
    ]);
    expect((made.used()[0]?.text ?? '').length).toBeLessThan(3000);
    expect(made.lines().find((line) => line.k === 'visit')).toMatchObject({ outcome: 'ok' });
  });

  it('that sends us somewhere else is not followed, and gets no key there', async () => {
    const elsewhere = await serving(sdk());
    const good = sdk();
    let moved = false;
    const { url } = await serving((request, response, body) =>
      moved ? void response.writeHead(307, { location: elsewhere.url }).end() : good(request, response, body),
    );
    const made = org([[add(2)]], { url, headers: { 'X-Key': 'env:COUNTER_KEY' } });
    made.env.COUNTER_KEY = 'a-key-that-nobody-should-see';
    await made.trust('c');
    moved = true;
    await made.run();
    expect(made.used()).toMatchObject([{ ok: false }]);
    expect(elsewhere.asked).toEqual([]);
  });
});

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
