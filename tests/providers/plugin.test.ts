import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { portsOf } from '../../src/app/ports.ts';
import { type CallFailure, ProviderError, type Reply } from '../../src/core/model/call.ts';
import { outsideOf, ownerOf } from '../../src/disk/owner/owner.ts';
import { realMachine } from '../../src/engine/machine.ts';
import { commandOptions } from '../../src/providers/command.ts';
import type { Connection, Outside } from '../../src/providers/provider.ts';
import { modelsFile } from '../../src/schema/config/models.ts';
import { FaultError } from '../../src/schema/fault.ts';
import { isPluginPath } from '../../src/schema/name.ts';
import { blocks, pages } from '../docs/pages.ts';
import { keepsTheContract, type Scene } from './contract.ts';
import { mailOf, modelOf, promptOf, world } from './world.ts';

const PATH = './org/providers/mine.mjs';
const never = new AbortController().signal;

/** An org on disk whose plug-in is this text, and its owner. */
function place(text: string, given: { path?: string; variables?: Record<string, string> } = {}) {
  const path = given.path ?? PATH;
  const top = mkdtempSync(join(tmpdir(), 'lemming-plugin-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const root = join(top, 'org');
  const write = (changed: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), changed);
  };
  write(text);
  const env = { LEMMING_HOME: join(top, 'home'), ...given.variables };
  const owner = ownerOf({ machine: realMachine, env, root });
  const approve = (approved = text) => owner.approve({ kind: 'plugin', path, text: approved });
  const outside: Outside = { ...world(), ...outsideOf(owner) };
  const open = () => portsOf({ machine: realMachine, root, env }).provider(path);
  const connect = async (fields: Record<string, unknown> = {}): Promise<Connection> =>
    (await open()).connect(modelOf({ provider: path, price: {}, ...fields }), outside);
  return { top, root, home: join(top, 'home'), write, owner, approve, open, connect, outside };
}

/** A plug-in whose `complete` has this body. */
function completing(body: string): string {
  return `export default { about: 'A test.', repeatable: false, free: false,
    async connect(model, outside) { return { async complete(prompt, signal, heard) { ${body} } } } }`;
}

async function connectionOf(text: string, fields: Record<string, unknown> = {}): Promise<Connection> {
  const { approve, connect } = place(text);
  approve();
  return connect(fields);
}

async function answerOf(body: string, fields: Record<string, unknown> = {}): Promise<Reply> {
  return (await connectionOf(completing(body), fields)).complete(promptOf(), never);
}

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await thrownBy(work);
  expect(error).toBeInstanceOf(FaultError);
  return (error as FaultError).fault.code;
}

const SCENES: Record<Scene, string> = {
  answers: "return { text: 'Hi', acts: [{ tool: 'send_message', input: { to: 'human' } }] }",
  quotes: 'return { acts: [{ tool: "send_message", input: { body: prompt.mail[0].subject } }] }',
  hangs: 'await new Promise(() => {})',
  fails: "throw { failure: 'unavailable', message: 'no answer today' }",
};

let made: Connection | null = null;
const counts = globalThis as { lemmingPluginCalls?: number };
keepsTheContract(
  {
    about: 'A plug-in is judged by the same contract.',
    repeatable: false,
    free: false,
    connect: async () => made as Connection,
  },
  async (scene) => {
    const text = completing(
      `globalThis.lemmingPluginCalls = (globalThis.lemmingPluginCalls ?? 0) + 1; ${SCENES[scene]}`,
    );
    made = await connectionOf(text);
    const attempts = () => counts.lemmingPluginCalls ?? 0;
    const before = attempts();
    const started = async () => {
      while (attempts() === before) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    return { connection: made, attempts, started };
  },
);

describe('what may be a plug-in', () => {
  it.each([
    ['./org/providers/mine.mjs', true],
    ['./a.js', true],
    ['./a.ts', false],
    ['./a.mjs\n', false],
    ['a.mjs', false],
    ['/etc/a.mjs', false],
    ['../a.mjs', false],
    ['./../a.mjs', false],
    ['./org/../../a.mjs', false],
    ['./org//a.mjs', false],
    ['./org/./a.mjs', false],
    ['./org\\..\\a.mjs', false],
    ['./.mjs', true],
    ['', false],
  ])('%j: %s', (path, may) => expect(isPluginPath(path)).toBe(may));

  it.each(['./../outside.mjs', './org/../../outside.mjs', './org/mine.ts', './'])('%s is refused', async (path) => {
    const { root, owner } = place('');
    writeFileSync(join(dirname(root), 'outside.mjs'), completing("return { text: 'escaped' }"));
    expect(owner).toBeDefined();
    expect(await codeOf(portsOf({ machine: realMachine, root, env: {} }).provider(path))).toBe('invalid-value');
  });

  it('is no link, no folder, nothing behind a link, and nothing that is missing, too large or no text', async () => {
    const { root, top, open, write, approve } = place('');
    const outside = join(top, 'outside.mjs');
    const good = completing("return { text: 'escaped' }");
    writeFileSync(outside, good);
    approve(good);
    const file = join(root, PATH);
    rmSync(file);
    expect(await codeOf(open())).toBe('missing-file');
    symlinkSync(outside, file);
    expect(await codeOf(open())).toBe('not-regular');
    rmSync(file);
    mkdirSync(file);
    expect(await codeOf(open())).toBe('not-regular');
    rmSync(join(root, 'org'), { recursive: true });
    mkdirSync(join(top, 'providers'));
    writeFileSync(join(top, 'providers/mine.mjs'), good);
    mkdirSync(join(root, 'org'));
    symlinkSync(join(top, 'providers'), join(root, 'org/providers'));
    expect(await codeOf(open())).toBe('not-regular');
    rmSync(join(root, 'org/providers'));
    write(`//${'x'.repeat(1_048_576)}`);
    expect(await codeOf(open())).toBe('too-large');
    write('');
    writeFileSync(file, Buffer.from([0x2f, 0x2f, 0xff]));
    expect(await codeOf(open())).toBe('not-text');
  });
});

describe('approval', () => {
  const BAD = 'globalThis.lemmingPluginRan = true; export default {}';
  const ran = globalThis as { lemmingPluginRan?: boolean };

  it('comes before a single byte runs, and the fault names what to do', async () => {
    const { open } = place(BAD);
    const error = await thrownBy(open());
    expect(error).toBeInstanceOf(FaultError);
    expect((error as FaultError).fault).toMatchObject({
      code: 'untrusted',
      message: expect.stringContaining('lemming trust'),
      remedy: expect.stringContaining('lemming trust'),
    });
    expect(ran.lemmingPluginRan).toBeUndefined();
  });

  it('does not hold for another text, or another path', async () => {
    const { open, write, approve } = place(completing("return { text: 'good' }"));
    approve();
    await open();
    write(`${completing("return { text: 'good' }")}\n`);
    expect(await codeOf(open())).toBe('untrusted');
    write(BAD);
    expect(await codeOf(open())).toBe('untrusted');
    expect(ran.lemmingPluginRan).toBeUndefined();
  });

  it('is asked for at every call: after a change nothing runs until the new text is approved; then that runs', async () => {
    const [old, young] = [completing("return { text: 'old' }"), completing("return { text: 'new' }")];
    const { connect, write, approve, owner } = place(old);
    approve();
    const connection = await connect();
    expect((await connection.complete(promptOf(), never)).text).toBe('old');
    write(young);
    expect(await thrownBy(connection.complete(promptOf(), never))).toMatchObject({
      failure: 'bad-request',
      message: expect.stringContaining('lemming trust'),
    });
    approve(young);
    expect((await connection.complete(promptOf(), never)).text).toBe('new');
    owner.revoke({ kind: 'plugin', path: PATH, text: young });
    expect(await thrownBy(connection.complete(promptOf(), never))).toMatchObject({ failure: 'bad-request' });
  });

  it('what is imported is a copy of exactly the approved text, which only the owner can read or write', async () => {
    const text = completing('return { text: import.meta.url }');
    const { connect, approve, home, root } = place(text);
    approve();
    const { text: url } = await (await connect()).complete(promptOf(), never);
    const [copy = ''] = readdirSync(join(home, 'plugins'));
    expect(url).toContain(copy);
    expect(url).not.toContain(root);
    expect(readFileSync(join(home, 'plugins', copy), 'utf8')).toBe(text);
    expect(statSync(join(home, 'plugins', copy)).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'plugins')).mode & 0o777).toBe(0o700);
  });

  it('a copy that was changed is replaced before it is imported', async () => {
    const text = completing("return { text: 'right' }");
    const { connect, approve, home, owner } = place(text);
    approve();
    owner.moduleOf(text);
    const [copy = ''] = readdirSync(join(home, 'plugins'));
    writeFileSync(join(home, 'plugins', copy), completing("return { text: 'wrong' }"));
    expect((await (await connect()).complete(promptOf(), never)).text).toBe('right');
  });
});

describe('what cannot be loaded is a fault', () => {
  it.each([
    ['broken syntax', 'export default {', 'cannot be loaded'],
    ['it throws', "throw new Error('at the door')", 'at the door'],
    ['it throws null', 'throw null', 'null'],
    ['it imports a file of the organisation', "import './other.mjs'; export default {}", 'cannot be loaded'],
    ['no default export', 'export const about = 1', 'not a provider'],
    ['a function', 'export default () => {}', 'not a provider'],
    ['null', 'export default null', 'not a provider'],
    ['no connect', "export default { about: 'x' }", 'connect: expected a function'],
    ['a connect that is none', "export default { about: 'x', connect: 1 }", 'connect'],
    ['no about', 'export default { connect() {} }', 'about'],
    ['free that is no boolean', "export default { about: 'x', free: 1, connect() {} }", 'free'],
    ['a getter that throws', "export default { about: 'x', get connect() { throw 1 } }", 'cannot be loaded'],
  ])('%s', async (_what, text, says) => {
    const { approve, open, top } = place(text);
    approve();
    const error = (await thrownBy(open())) as FaultError;
    expect(error).toBeInstanceOf(FaultError);
    expect(error.fault).toMatchObject({ code: 'invalid-value', file: 'org/providers/mine.mjs' });
    expect(error.fault.message).toContain(says);
    expect(error.fault.message).not.toContain(top);
  });

  it('an await at its top that never ends is given up', async () => {
    const { approve, open } = place('await new Promise(() => {}); export default {}');
    approve();
    expect(((await thrownBy(open())) as FaultError).fault.message).toContain('did not load within 10000 ms');
  });

  it.each([
    ['throws', "throw new Error('no')", 120_000, 'unavailable', 'no'],
    ['throws words', "throw { failure: 'auth', message: 'no key' }", 120_000, 'auth', 'no key'],
    ['gives nothing', '', 120_000, 'bad-request', 'complete'],
    ['gives no function', 'return { complete: 1 }', 120_000, 'bad-request', 'complete'],
    ['never ends', 'await new Promise(() => {})', 300, 'timeout', '300 ms'],
  ])('a connect that %s fails the call, typed', async (_what, body, timeout_ms, failure, says) => {
    const text = `export default { about: 'x', async connect() { ${body} } }`;
    const connection = await connectionOf(text, { timeout_ms });
    expect(await thrownBy(connection.complete(promptOf(), never))).toMatchObject({
      failure,
      message: expect.stringContaining(says),
    });
  });
});

describe('what it answers', () => {
  it.each([
    ['nothing but text', "return { text: 'Hi' }", { text: 'Hi', acts: [], usage: null, requestId: null, model: PATH }],
    ['an empty reply', 'return {}', { text: '', acts: [] }],
    [
      'acts without ids',
      "return { acts: [{ tool: 'a', input: 1 }, { tool: 'b', input: null }] }",
      {
        acts: [
          { id: 'plugin-1-1', tool: 'a', input: 1 },
          { id: 'plugin-1-2', tool: 'b', input: null },
        ],
      },
    ],
    [
      'acts with ids',
      "return { acts: [{ id: 'x', tool: 'a', input: {} }] }",
      { acts: [{ id: 'x', tool: 'a', input: {} }] },
    ],
    [
      'usage, cost, id and model',
      "return { usage: { input: 1, output: 2 }, cost: 7, requestId: 'r', model: 'm' }",
      {
        usage: { input: 1, cachedInput: 0, cacheWrite: 0, output: 2, reasoning: 0 },
        cost: 7,
        requestId: 'r',
        model: 'm',
      },
    ],
    ['usage that is negative', 'return { usage: { input: -1, output: 2 } }', { usage: null }],
    ['usage that is NaN', 'return { usage: { input: NaN, output: 2 } }', { usage: null }],
    ['usage that is text', "return { usage: 'much' }", { usage: null }],
    ['cost that is negative', 'return { cost: -1 }', { cost: undefined }],
    ['cost without end', 'return { cost: Infinity }', { cost: undefined }],
    ['cost in a string', "return { cost: '1' }", { cost: undefined }],
    ['keys that nobody knows', "return { text: 'x', secret: 1, __proto__: { text: 'y' } }", { text: 'x' }],
    [
      'what it changed in the prompt',
      "prompt.agent = 'x'; prompt.parts.length = 0; return { text: prompt.agent }",
      { text: 'x' },
    ],
    [
      'what model it is',
      'return { text: JSON.stringify([model.provider, typeof outside.run, typeof outside.env]) }',
      { text: `["${PATH}","undefined","function"]` },
    ],
  ])('%s', async (_what, body, reply) => {
    expect({ cost: undefined, ...(await answerOf(body)) }).toMatchObject(reply);
  });

  it.each([
    ['undefined', 'return undefined'],
    ['null', 'return null'],
    ['text', "return 'Hi'"],
    ['a list', 'return []'],
    ['a number as text', 'return { text: 1 }'],
    ['too much text', "return { text: 'x'.repeat(1048577) }"],
    ['acts that are none', "return { acts: 'send' }"],
    ['an act without a tool', 'return { acts: [{ input: 1 }] }'],
    ['an act without input', "return { acts: [{ tool: 'a' }] }"],
    ['two acts with one id', "return { acts: [{ id: 'x', tool: 'a', input: 1 }, { id: 'x', tool: 'b', input: 1 }] }"],
    ['too many acts', "return { acts: Array(1001).fill({ tool: 'a', input: 1 }) }"],
    ['a cycle', "const x = { text: '' }; x.acts = [{ tool: 'a', input: x }]; return x"],
    ['a big number', "return { acts: [{ tool: 'a', input: 1n }] }"],
    ['a getter that throws', 'return { get text() { throw 1 } }'],
    ['a proxy that throws', "return new Proxy({}, { ownKeys() { throw new Error('x') } })"],
    [
      'an input nested 200 deep',
      "let x = 1; for (let i = 0; i < 200; i++) x = [x]; return { acts: [{ tool: 'a', input: x }] }",
    ],
    [
      'an input nested without end',
      "let x = 1; for (let i = 0; i < 1e5; i++) x = [x]; return { acts: [{ tool: 'a', input: x }] }",
    ],
  ])('garbage is malformed: %s', async (_what, body) => {
    expect(await thrownBy(answerOf(body))).toMatchObject({ name: 'ProviderError', failure: 'malformed' });
  });

  it.each<[string, string, CallFailure, string]>([
    ['words', "throw { failure: 'rate-limit', message: 'slow down', retryAfterMs: 1500 }", 'rate-limit', 'slow down'],
    ['an error with a failure', "throw Object.assign(new Error('no'), { failure: 'refused' })", 'refused', 'no'],
    ['an error', "throw new TypeError('x is undefined')", 'unavailable', 'TypeError: x is undefined'],
    ['a failure that is none', "throw { failure: 'bored', message: 'x' }", 'unavailable', 'broke'],
    ['nonsense to wait', "throw { failure: 'auth', message: 'x', retryAfterMs: -1 }", 'unavailable', 'broke'],
    ['null', 'throw null', 'unavailable', 'null'],
    ['what cannot be printed', 'throw Object.create(null)', 'unavailable', 'cannot be printed'],
    ['a trap', "throw new Proxy({}, { get() { throw new Error('x') } })", 'unavailable', 'cannot be printed'],
    ['an abort of its own', "throw new DOMException('x', 'AbortError')", 'unavailable', 'AbortError'],
  ])('throws %s', async (_what, body, failure, says) => {
    const error = (await thrownBy(answerOf(body))) as ProviderError;
    expect(error).toBeInstanceOf(ProviderError);
    expect([error.failure, error.message]).toEqual([failure, expect.stringContaining(says)]);
  });

  it('tells how long to wait and what was billed', async () => {
    const body = "throw { failure: 'incomplete', message: 'x', retryAfterMs: 1500, usage: { input: 1, output: 2 } }";
    expect(await thrownBy(answerOf(body))).toMatchObject({ retryAfterMs: 1500, usage: { input: 1, output: 2 } });
  });

  it.each([
    ['hangs', 'await new Promise(() => {})'],
    ['ignores the signal', 'await new Promise((done) => setTimeout(done, 30000))'],
    [
      'throws something else at the abort',
      "await new Promise((_, no) => signal.addEventListener('abort', () => no(new Error('mine'))))",
    ],
  ])('one that %s is left at an abort, with its reason, and at the time limit', async (_what, body) => {
    const connection = await connectionOf(completing(body), { timeout_ms: 600_000 });
    const control = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => control.abort(reason), 50);
    expect(await thrownBy(connection.complete(promptOf(), control.signal))).toBe(reason);
    const hurried = await connectionOf(completing(body), { timeout_ms: 300 });
    expect(await thrownBy(hurried.complete(promptOf(), never))).toMatchObject({ failure: 'timeout' });
  });

  it('what it says as it comes is passed on, while anybody listens', async () => {
    const heard: string[] = [];
    const connection = await connectionOf(completing("heard('Hel'); heard(7); heard('lo'); return { text: 'Hello' }"));
    await connection.complete(promptOf(), never, (text) => void heard.push(text));
    expect(heard).toEqual(['Hel', 'lo']);
  });

  it('a missing secret of the owner stays an auth', async () => {
    const connection = await connectionOf(completing("await outside.secret('env:MINE_KEY')"));
    expect(await thrownBy(connection.complete(promptOf(), never))).toMatchObject({
      failure: 'auth',
      message: expect.stringContaining('MINE_KEY'),
    });
  });
});

describe('docs/plugins.md', () => {
  const page = pages().find(({ path }) => path === 'docs/plugins.md')?.text ?? '';

  it('shows models that are valid', () => {
    const { models } = modelsFile().parse(parse(blocks(page, 'yaml')[0] ?? ''));
    expect(() => commandOptions.parse(models.claude?.options)).not.toThrow();
    expect(isPluginPath(models.mine?.provider ?? '')).toBe(true);
  });

  it('shows a plug-in that works as it is written', async () => {
    const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
    const answers = [
      {
        status: 200,
        body: '{"text":"Hi","acts":[{"tool":"send_message","input":{"to":"human"}}],"tokens":{"in":3,"out":4}}',
      },
      { status: 401, body: '' },
      { status: 429, body: '' },
      { status: 500, body: '' },
      { status: 200, body: 'no JSON' },
    ];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push({ headers: request.headers, body });
      const { status = 500, body: text = '' } = answers.shift() ?? {};
      response.writeHead(status, status === 429 ? { 'retry-after': '7' } : {}).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { approve, connect, owner } = place(blocks(page, 'js')[0] ?? '', { variables: { MINE_KEY: 'sk-mine' } });
    approve();
    const held = await connect({ base_url, key: 'env:MINE_KEY' });
    await expect(held.complete(promptOf(), never)).rejects.toMatchObject({ failure: 'bad-request' });
    expect(seen).toEqual([]);
    const host = `./org/providers/mine.mjs at ${base_url}`;
    owner.approve({ kind: 'key', host, variable: 'MINE_KEY', model: '' });
    const connection = await connect({ base_url, key: 'env:MINE_KEY' });
    const mail = [mailOf({ body: 'Is it raining?' })];
    expect(await connection.complete(promptOf({ mail }), never)).toMatchObject({
      text: 'Hi',
      acts: [{ id: 'plugin-1-1', tool: 'send_message', input: { to: 'human' } }],
      usage: { input: 3, output: 4 },
    });
    expect(seen[0]?.headers.authorization).toBe('Bearer sk-mine');
    expect(seen[0]?.body).toContain('Is it raining?');
    const failures = [];
    for (let i = 0; i < 4; i++) failures.push(await thrownBy(connection.complete(promptOf(), never)));
    expect(failures).toMatchObject([
      { failure: 'auth' },
      { failure: 'rate-limit', retryAfterMs: 7000 },
      { failure: 'unavailable', message: expect.stringContaining('500') },
      { failure: 'unavailable' },
    ]);
  });
});

describe('vectors of a plug-in', () => {
  const embedding = (embed: string) => `export default { about: 'A test.', repeatable: false, free: false,
    async connect() { return { complete() { return {} }, ${embed} } } }`;

  it('are what its function "embed" gives; without one it says so', async () => {
    const connection = await connectionOf(
      embedding('async embed(texts) { return texts.map((text) => [text.length]) }'),
    );
    expect(await connection.embed?.(['one', 'three'], never)).toEqual([[3], [5]]);
    const none = await connectionOf(embedding(''));
    await expect(none.embed?.(['one'], never)).rejects.toMatchObject({ failure: 'bad-request', message: /embed/ });
  });

  it('end with the time limit', async () => {
    const connection = await connectionOf(embedding('embed: () => new Promise(() => {})'), { timeout_ms: 50 });
    await expect(connection.embed?.(['one'], never)).rejects.toMatchObject({ failure: 'timeout' });
  });
});
