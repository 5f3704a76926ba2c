import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { lemming, office } from '../../commands/people/world.ts';
import { call, refusal, resource, rows } from './world.ts';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const ENV = { PATH: process.env.PATH ?? '' };

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run npm run build first.');
});

/** The client of the SDK over a real process. */
async function connected(root: string, ...options: string[]): Promise<{ client: Client; err: () => string }> {
  const args = [MAIN, '--org', root, 'mcp', ...options];
  const transport = new StdioClientTransport({ command: process.execPath, args, env: ENV, stderr: 'pipe' });
  let err = '';
  transport.stderr?.on('data', (chunk) => (err += chunk));
  const client = new Client({ name: 'test', version: '0' });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, err: () => err };
}

const HELLO = [
  {
    jsonrpc: '2.0',
    id: 'hello',
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '0' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
];

function toolCall(id: number, name: string, given: Record<string, unknown> = {}): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: given } };
}

interface Bare {
  child: ChildProcessWithoutNullStreams;
  /** All lines of standard output so far. */
  lines: string[];
  write(...messages: (object | string)[]): void;
  /** Resolves with the answer to a request. */
  answer(id: number | string): Promise<Record<string, unknown>>;
  /** The exit code, when all output was read. */
  ended: Promise<number | null>;
}

/** A process that is talked to line by line. */
function bare(root: string, ...options: string[]): Bare {
  const child = spawn(process.execPath, [MAIN, '--org', root, 'mcp', ...options], { env: ENV });
  const lines: string[] = [];
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(() => void child.kill('SIGKILL'));
  const find = (id: number | string) => lines.map((line) => JSON.parse(line)).find((message) => message.id === id);
  return {
    child,
    lines,
    write: (...messages) => {
      for (const message of messages)
        child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
    },
    answer: async (id) => {
      while (!find(id)) await once(reader, 'line');
      return find(id);
    },
    ended,
  };
}

describe('lemming mcp', () => {
  it('lets an assistant write, make a turn, and read the answer', async () => {
    const root = office();
    const { client, err } = await connected(root, '--allow', 'turns', '--allow', 'look');
    expect((await client.listTools()).tools.length).toBeGreaterThan(10);
    expect((await call(client, 'send', { agent: 'manager', text: 'Hello' })).ok).toBe(true);
    expect(await refusal(client, 'send', { agent: 'coder', text: 'Hello' })).toBe('refused');
    expect((await call(client, 'step')).data.turn).toBe(1);
    const { messages } = await resource(client, 'lemming://inbox');
    expect(messages).toMatchObject([{ from: 'manager', body: 'Heard: Hello' }]);
    expect(err()).toContain('the seat of human');
    expect(err()).toContain('look, turns');
  });

  it('works while an engine runs elsewhere: what it asks is taken at the next turn', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'Hello']);
    await lemming(root, ['run-once']);
    const { client } = await connected(root, '--allow', 'turns');
    await withEngine({ machine: realMachine, root, env: {} }, 'test', async (engine) => {
      expect((await call(client, 'ack', { id: '000001-manager-01' })).data.taken).toBe('waits');
      expect((await call(client, 'send', { agent: 'planner', text: 'Hello' })).ok).toBe(true);
      expect(await refusal(client, 'step')).toBe('locked');
      expect((await call(client, 'status')).data.state).toBe('running');
      const report = await engine.turn();
      expect(report.visits.map(({ agent }) => agent)).toContain('planner');
    });
    expect(rows((await call(client, 'inbox')).data, 'messages')[0]).toMatchObject({ from: 'planner' });
  });

  it('writes nothing but messages of the protocol to standard output, hidden characters escaped', async () => {
    const root = office();
    const { write, answer, lines, child, ended } = bare(root, '--allow', 'turns');
    write(
      ...HELLO,
      'this is no JSON',
      '[]',
      '{"jsonrpc":"2.0"}',
      toolCall(1, 'send', { agent: 'manager', text: 'a\u202eb\u200bc' }),
    );
    await answer(1);
    write(toolCall(2, 'step'));
    await answer(2);
    write(toolCall(3, 'inbox'), toolCall(4, 'no-such-tool'), { jsonrpc: '2.0', id: 5, method: 'no/such' });
    await answer(4);
    await answer(5);
    expect(JSON.stringify(await answer(3))).toContain('a\u202eb\u200bc');
    child.stdin.end();
    expect(await ended).toBe(0);
    for (const line of lines) expect(JSONRPCMessageSchema.safeParse(JSON.parse(line)).success).toBe(true);
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e\u200b]/);
  });

  it('answers what had come, then ends, when standard input is closed', async () => {
    const { write, answer, child, ended } = bare(office());
    write(...HELLO, toolCall(1, 'send', { agent: 'manager', text: 'Hello' }), toolCall(2, 'chart'));
    child.stdin.end();
    expect(await answer(1)).toMatchObject({ result: { isError: false } });
    expect(await answer(2)).toMatchObject({ result: { structuredContent: expect.any(Object) } });
    expect(await ended).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s, its turn finished', async (signal) => {
    const root = office({
      models: { default: { provider: 'simulated', options: { latency: { mean_ms: 50 } } } },
      resumes: { hr: { schedule: { when: 'always' } } },
    });
    const { write, answer, child, ended, lines } = bare(root, '--allow', 'turns');
    const run = { name: 'step', arguments: { n: '100000' }, _meta: { progressToken: 1 } };
    write(...HELLO, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: run });
    await answer('hello');
    await expect.poll(() => lines.join('').includes('notifications/progress'), { timeout: 30_000 }).toBe(true);
    child.kill(signal);
    expect(await answer(1)).toMatchObject({ result: { structuredContent: { end: 'interrupted' } } });
    expect(await ended).toBe(130);
    expect((await lemming(root, ['verify'])).exit).toBe(0);
    expect((await lemming(root, ['run-once', '--json'])).data.recovered).toEqual([]);
  });

  it('ends, and stays whole, when the assistant is killed in the middle of a long run', async () => {
    const root = office({
      models: { default: { provider: 'simulated', options: { latency: { mean_ms: 20 } } } },
      resumes: { hr: { schedule: { when: 'always' } } },
    });
    const { write, answer, child, ended } = bare(root, '--allow', 'turns');
    write(...HELLO, toolCall(1, 'step', { n: '100000' }));
    await answer('hello');
    child.stdout.destroy();
    child.stdin.destroy();
    expect(await ended).toBe(0);
    expect((await lemming(root, ['verify'])).exit).toBe(0);
  });

  it.each([
    [['--as', 'nobody'], 6],
    [['--as', 'manager'], 4],
    [['--allow', 'everything'], 2],
    [['--json'], 2],
  ])('refuses %j', async (options, exit) => {
    const { child, ended } = bare(office(), ...options);
    child.stdin.end();
    expect(await ended).toBe(exit);
  });

  it('ends when a line is larger than it reads', async () => {
    const { write, child, ended } = bare(office());
    child.stdin.on('error', () => {}); // it may close the pipe before all was written
    write(...HELLO, 'x'.repeat(11_000_000));
    expect(await ended).toBe(0);
  });
});
