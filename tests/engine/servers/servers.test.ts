// @module-tag pgrep
// @module-tag bwrap
// @module-tag python3
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as approveCommand from '../../../src/commands/people/approve.ts';
import type { Json } from '../../../src/core/model/call.ts';
import type { Servers } from '../../../src/engine/ports.ts';
import { mcpServer } from '../../../src/schema/config/mcp.ts';
import { checked } from '../../commands/checked.ts';
import { faultsOf, inputOf, testWorld } from '../../commands/world.ts';
import { programOf } from '../../program.ts';
import type { Act } from '../../regression/org.ts';
import { boxHere } from '../tools/hands.ts';
import { mcpYaml, Owned, told } from '../tools/owned.ts';

const approve = checked(approveCommand);

beforeAll(boxHere);

const SCRIPT = readFileSync(new URL('./server.py', import.meta.url), 'utf8');

interface Wish {
  mode?: string;
  settings?: Record<string, unknown>;
  grants?: string[];
}

let orgs = 0;

/** An organisation with the server `s`, whose tools agent a has. */
function org(turns: Act[][], { mode = 'good', settings = {}, grants = ['s__*'] }: Wish = {}): Owned {
  const command = ['python3', 'server.py', mode, `mark-${process.pid}-${++orgs}-x`];
  const server = { command, cwd: 'org/servers', start_ms: 60_000, timeout_ms: 5000, ...settings };
  return new Owned(turns, grants, { 'org/mcp.yaml': mcpYaml({ s: server }), 'org/servers/server.py': SCRIPT });
}

const use = (tool: string, text?: string): Act => ({ tool: `s__${tool}`, input: text === undefined ? {} : { text } });

/** Another way in which the server starts, from now on. */
function restart(made: Owned, mode: string): void {
  const file = join(made.root, 'org/servers/server.py');
  writeFileSync(file, SCRIPT.replace('MODE = sys.argv[1] if len(sys.argv) > 1 else "good"', `MODE = "${mode}"`));
}

/** Processes of the server of this organisation. */
function serversOf({ root }: Owned): number {
  const [marker = ''] = /mark-[\d-]+-x/.exec(readFileSync(join(root, 'org/mcp.yaml'), 'utf8')) ?? [];
  const out = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return out.split('\n').filter((line) => line.includes(marker)).length;
}

describe('a server of tools', () => {
  it('is used by its tools: shut in, with what it is handed; the results are tainted', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    onTestFinished(() => void listener.close());
    const made = org([[use('echo', 'hello'), use('reach')]], { settings: { env: ['API_KEY', 'PORT'] } });
    made.env.API_KEY = 'sk-a-key-that-is-long-enough-to-be-one';
    made.env.PORT = String((listener.address() as AddressInfo).port);
    await made.trust('s');
    await made.run();
    const [echo, reach] = made.used();
    expect(echo).toMatchObject({ ok: true, text: 'hello �[31m', tainted: true });
    expect(JSON.parse(reach?.text ?? '{}')).toEqual({
      network: 'ConnectionRefusedError',
      written: 'OSError',
      env: ['API_KEY', 'HOME', 'LANG', 'PATH', 'PORT'],
      key: '[API_KEY]',
      here: ['server.py'],
      root: expect.not.arrayContaining(['home', 'root']),
    });
    expect(made.shown()[0]).toContain('s__echo');
    expect(await made.recomputed()).toMatchObject({ identical: true });
  });

  it('reaches the network when its settings say so, and has the rights of the owner as sandbox: host', async () => {
    const listener = createServer((_request, response) => void response.end()).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    onTestFinished(() => void listener.close());
    const port = String((listener.address() as AddressInfo).port);
    for (const settings of [{ network: true }, { sandbox: 'host' }]) {
      const made = org([[use('reach')]], { settings: { env: ['PORT'], ...settings } });
      made.env.PORT = port;
      expect((await made.trust('s')).said).toContain(settings.network ? 'with the network' : 'all your rights');
      await made.run();
      expect(JSON.parse(made.used()[0]?.text ?? '{}')).toMatchObject({
        network: 'reached',
        written: settings.network ? 'OSError' : 'written',
      });
    }
  });

  it('is started when it is first used, kept for the run, and ended with it', async () => {
    const made = org([[use('echo', '1')], [use('echo', '2')], []]);
    await made.trust('s');
    await made.run(3);
    expect(made.used().map(({ text }) => text)).toEqual(['1 �[31m', '2 �[31m']);
    expect(serversOf(made)).toBe(0);
  });

  it('has what is no text described, what is long cut, and its errors told', async () => {
    const made = org([[use('image'), use('big'), use('fail'), use('error'), use('echo', 'x')]]);
    await made.trust('s');
    await made.run();
    const [image, big, ...rest] = made.used();
    expect(image?.text).toBe(
      '[image image/png: 3000 bytes, not shown]\n[file:///x a/b: 3 bytes, not shown]\n[link there: http://x/]',
    );
    expect(big?.text.length).toBeLessThanOrEqual(20_000);
    expect(big?.text).toMatch(/\[cut: \d+ more characters\]$/);
    expect(told(rest)).toEqual([
      [false, 'it went wrong'],
      [false, 'MCP error -32602: I do not like it'],
      [true, 'x �[31m'],
    ]);
  });

  it('has its arguments checked by the schema that was approved', async () => {
    const bad = (input: Json): Act => ({ tool: 's__echo', input });
    const made = org([[bad({ text: 5 }), bad({ more: 1 })]]);
    await made.trust('s');
    await made.run();
    expect(made.used()).toEqual([]);
    expect(made.refusals().map(({ rule, text }) => [rule, text])).toEqual([
      ['input', 'text: must be string'],
      ['input', 'input: must NOT have additional properties "more"'],
    ]);
  });

  it('asks nobody anything: sampling, roots and elicitation are refused', async () => {
    const made = org([[use('ask')]]);
    await made.trust('s');
    await made.run();
    expect(told(made.used())).toEqual([[true, '[-32601, -32601, -32601]']]);
  });
});

describe('a hostile server', () => {
  it.each([
    ['hang', 'did not reply: MCP error -32001'],
    ['crash', 'did not reply: MCP error -32000'],
    ['endless', 'did not reply: MCP error -3200'],
    ['flood', 'did not reply: MCP error -3200'],
    ['garbage', 'did not reply: '],
  ])('that does %s in a call fails in that call alone; the next starts it anew', async (tool, why) => {
    const made = org([[use(tool), use('echo', 'still here'), { tool: 'note', input: { text: 'done' } }]]);
    await made.trust('s');
    await made.run();
    const [bad, good] = made.used();
    expect(bad).toMatchObject({ ok: false, tainted: true, text: expect.stringContaining(why) });
    expect(good).toMatchObject({ ok: true, text: 'still here �[31m' });
    expect(made.lines().find((line) => line.k === 'visit')).toMatchObject({ outcome: 'ok' });
    expect(serversOf(made)).toBe(0);
  });

  it.each([
    ['crash', 'ended with 3: no key was given'],
    ['silent', 'MCP error -32001'],
  ])('that does %s at its start has no tools to approve, and fails each use', async (mode, why) => {
    const made = org([[use('echo', 'x')]], { settings: { start_ms: mode === 'silent' ? 6000 : 20_000 } });
    await made.trust('s');
    restart(made, mode);
    const said = await made.trust('s').catch((error: Error) => error.message);
    expect(said).toContain(why);
    await made.run();
    expect(told(made.used())).toEqual([[false, expect.stringContaining(why)]]);
  });

  it('that greets with other words than messages is passed over', async () => {
    const made = org([[use('echo', 'x')]], { mode: 'noise' });
    await made.trust('s');
    await made.run();
    expect(told(made.used())).toEqual([[true, 'x �[31m']]);
  });

  it('that says other tools than were approved is not asked', async () => {
    const made = org([[use('echo', 'x')], [use('echo', 'y')]]);
    await made.trust('s');
    restart(made, 'other');
    await made.run();
    const why =
      'The server s did not reply: its tools are not those that were approved on this machine: lemming trust s';
    expect(told(made.used())).toEqual([[false, why]]);
    const { said } = await made.trust('s');
    expect(said).toContain('Sends everything you write to somebody else');
    expect(said).toContain('Changed: echo');
    await made.run();
    expect(told(made.used().slice(1))).toEqual([[true, 'y �[31m']]);
  });

  it('that changes its tools while it runs is not asked any more', async () => {
    const made = org([[use('turncoat'), use('echo', 'x'), use('echo', 'y')]]);
    await made.trust('s');
    await made.run();
    expect(made.used().map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(made.used()[1]?.text).toContain('lemming trust s');
  });

  it('that forges names has those left out that agents cannot use, and takes no name of another tool', async () => {
    const made = org([[use('read_file'), { tool: 'read_file', input: { path: 'x' } }]], { mode: 'forged' });
    const { said } = await made.trust('s');
    for (const name of ['"a__b"', '"bell\\u0007"', '"new\\nline"', '""', `"${'x'.repeat(60)}"`])
      expect(said).toContain(`Left out: ${name}: not a name that agents can use`);
    expect(said).toContain('Left out: "echo": there are two of this name');
    expect(said).toContain('Left out: "large": its schema has more than 20000 characters');
    expect(said).toContain('s__proto {"properties":{},"type":"object"}');
    expect(said).not.toMatch(/[\0-\x08\x1b\u202e]/);
    await made.run();
    expect(made.used()).toHaveLength(1);
    expect(made.refusals()).toMatchObject([{ tool: 'read_file', rule: 'granted-tool' }]);
    expect(await made.recomputed()).toMatchObject({ identical: true });
  });
});

it('many uses at the same time share a server; one that hangs takes nothing from the others', async () => {
  const made = org([]);
  const servers = made.ports().servers as Servers;
  const settings = mcpServer().parse({ command: ['python3', 'server.py'], cwd: 'org/servers', timeout_ms: 6000 });
  const server = { name: 's', settings, written: '', tools: null };
  const pinned = { ...server, tools: (await servers.look(server)).tools };
  const { signal } = new AbortController();
  const ask = (tool: string, text = '') => servers.ask(pinned, tool, { text }, signal);
  const [hung, ...rest] = await Promise.all([ask('hang'), ...'abcdef'.split('').map((one) => ask('echo', one))]);
  expect(hung).toMatchObject({ ok: false, tainted: true });
  expect(rest.map(({ text }) => text[0]).join('')).toBe('abcdef');
  expect(await ask('echo', 'again')).toMatchObject({ ok: true });
  await servers.close();
  expect(await ask('echo', 'after the end')).toMatchObject({ ok: true });
  await servers.close();
});

it('a use that a kill cut off is not repeated, and the server ends with the engine', async () => {
  const made = org([[use('hang')]], { settings: { timeout_ms: 60_000 } });
  await made.trust('s');
  const child = programOf(fileURLToPath(new URL('../../campaign/kills/child.ts', import.meta.url)));
  const errand = JSON.stringify({ do: 'turn', root: made.root, env: made.env });
  const engine = spawn(process.execPath, [child, errand], { stdio: 'ignore' });
  await expect.poll(() => serversOf(made)).toBeGreaterThan(0);
  engine.kill('SIGKILL');
  await expect.poll(() => serversOf(made)).toBe(0);
  await made.run();
  expect(told(made.used())).toEqual([[false, expect.stringMatching(/^Result unknown/)]]);
});

describe('the approval of a server', () => {
  it('comes before anything is started, shows what it approves, and lies in a file of the org', async () => {
    const made = org([[use('echo', 'x')]], { settings: { env: ['API_KEY'] } });
    expect((await made.validate()).data).toMatchObject({
      ok: true,
      notes: ['The server s is not approved on this machine. To approve it: lemming trust s'],
    });
    expect((await made.trust(undefined)).data).toMatchObject({ servers: [{ server: 's', approved: false }] });
    await made.run();
    expect(made.used()).toEqual([]);
    expect(made.refusals()).toMatchObject([{ tool: 's__echo', rule: 'known-tool' }]);
    expect(await faultsOf(made.trust('s', {}))).toEqual(['usage']);
    expect(existsSync(join(made.root, 'org/mcp/s.yaml'))).toBe(false);
    const { said, data } = await made.trust('s', {}, { interactive: true, stdin: 'yes\nyes\n' });
    expect(said).toMatch(/s:\n {2}runs \["python3","server.py","good",".*"\] in the sandbox, without the network\n/);
    expect(said).toContain('is given API_KEY');
    expect(said).toContain('s__echo {"additionalProperties":false,');
    expect(data).toMatchObject({ server: 's', kind: 'server', approved: true });
    expect(readFileSync(join(made.root, 'org/mcp/s.yaml'), 'utf8')).toContain('name: echo');
    expect((await made.trust(undefined)).text).toContain('s (server): approved');
  });

  it.each([
    ['another command', 'org/mcp.yaml', 'python3', 'python3.1'],
    ['a variable more', 'org/mcp.yaml', 'timeout_ms', 'env: [HOME]\n    timeout_ms'],
    ['another description', 'org/mcp/s.yaml', 'Does echo', 'Does Echo'],
  ])('is gone with %s, until it is given again', async (_what, path, before, after) => {
    const made = org([[use('echo', 'x')], [use('echo', 'y')]]);
    await made.trust('s');
    await made.run();
    const file = join(made.root, path);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(before, after));
    await made.run();
    expect(made.used()).toHaveLength(1);
    expect(made.refusals()).toEqual([
      {
        tool: 's__echo',
        rule: 'trusted-tool',
        text: 's__echo in its present form is not approved on this machine. Its owner can run lemming trust s',
      },
    ]);
    expect(made.shown()[0]).toContain('s__echo');
    expect(made.shown().at(-1)).not.toContain('s__echo');
    expect(await made.recomputed()).toMatchObject({ identical: true });
  });

  it('may be taken back', async () => {
    const made = org([[use('echo', 'x')]]);
    await made.trust('s');
    expect((await made.trust(undefined, { revoke: 's' })).data).toMatchObject({ revoked: true, approved: false });
    await made.run();
    expect(made.refusals()).toMatchObject([{ rule: 'trusted-tool' }]);
  });

  it('grants nothing: a resume lists each tool or all of them, and ask: holds its use', async () => {
    const made = org([[use('echo', 'x'), use('big'), use('fail')]], { grants: ['s__echo', 'ask:s__big'] });
    await made.trust('s');
    await made.run();
    expect(told(made.used())).toEqual([[true, 'x �[31m']]);
    expect(made.refusals()).toMatchObject([{ tool: 's__fail', rule: 'granted-tool' }]);
    expect(made.lines().filter((line) => line.k === 'held')).toMatchObject([{ tool: 's__big' }]);
    expect(made.shown()[0]).toEqual(expect.arrayContaining(['s__big', 's__echo']));
    expect(made.shown()[0]).not.toContain('s__fail');
  });

  it('may be widened for one agent and one tool by the answer to a held use', async () => {
    const made = org([[use('echo', 'x')], [], [use('echo', 'y'), use('big')]], { grants: ['ask:s__*'] });
    await made.trust('s');
    await made.run();
    const input = inputOf({ args: { id: 'A-1-a-1' }, flags: { always: true } });
    const { data } = await approve(testWorld(made.root, { env: made.env }), input);
    expect(data).toMatchObject({ always: 's__echo agent:a' });
    await made.run(2);
    expect(made.used().map(({ text }) => text)).toEqual([expect.stringMatching(/^x/), expect.stringMatching(/^y/)]);
    expect(made.lines().flatMap((line) => (line.k === 'held' ? [line.tool] : []))).toEqual(['s__echo', 's__big']);
  });
});
