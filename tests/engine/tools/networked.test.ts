import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import * as doctorCommand from '../../../src/commands/start/doctor.ts';
import * as trustCommand from '../../../src/commands/start/trust.ts';
import { openProxy } from '../../../src/disk/sandbox/proxy.ts';
import { realWire } from '../../../src/disk/sandbox/wire.ts';
import { orgFile } from '../../../src/schema/config/org.ts';
import { toolHead } from '../../../src/schema/config/tool.ts';
import { checked } from '../../commands/checked.ts';
import { inputOf, testWorld } from '../../commands/world.ts';
import { homeOf } from '../../home.ts';
import type { Act } from '../../regression/org.ts';
import { certificateFor } from './certificate.ts';
import { boxHere, Hands, sh } from './hands.ts';

const doctor = checked(doctorCommand);
const trust = checked(trustCommand);

beforeAll(boxHere);

const PUBLIC = '93.184.216.34';

/** An organisation whose tool `look` asks for URLs; names of the internet lead to a server on loopback. */
async function world(urls: string[], hosts: string[] | null, names: Record<string, string[]> = {}) {
  const asked: string[] = [];
  const server = http.createServer(({ headers, url }, answer) => {
    asked.push(`${headers.host}${url}`);
    answer.end(`page of ${headers.host}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const code = `import json, urllib.request
for url in json.load(open("/tool/urls.json")):
  try: print(urllib.request.urlopen(url, timeout=20).read().decode())
  except Exception as error: print(type(error).__name__, getattr(error, "code", ""), str(error)[:60])
try: __import__("socket").create_connection(("127.0.0.1", ${(server.address() as AddressInfo).port}), 2); print("GOT")
except OSError: pass`;
  const network = hosts === null ? '' : `network: { hosts: ${JSON.stringify(hosts)} }\n`;
  const head = `---\nname: look\ndescription: Looks\ncommand: [python3, ./main.py]\n${network}---\n`;
  const reached: string[] = [];
  const wire = {
    ...realWire,
    resolve: async (host: string) => names[host] ?? [PUBLIC],
    connect: async (address: string, port: number) => {
      reached.push(`${address}:${port}`);
      return connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    },
  };
  const files = {
    'org/tools/look/TOOL.md': head,
    'org/tools/look/main.py': code,
    'org/tools/look/urls.json': JSON.stringify(urls),
  };
  const plan = { files, resumes: { a: { tools: ['look'], schedule: { when: 'always' } } } };
  const hands = new Hands([[{ tool: 'look', input: {} }]], plan, { wire, approved: () => true });
  const [used] = await hands.turns();
  return { used, asked, reached };
}

it('a tool reaches the hosts that it names, and each is journaled; what it says is of strangers', async () => {
  const urls = ['http://pages.example.org/a?b', 'http://other.example.org/', 'http://api.example.org:8080/'];
  const { used, asked, reached } = await world(urls, ['pages.example.org', 'api.example.org:8080']);
  expect(used?.text).toMatch(
    /^page of pages\.example\.org\nHTTPError 403 .*\npage of api\.example\.org:8080\n\[exit 0/,
  );
  expect(asked).toEqual(['pages.example.org/a?b', 'api.example.org:8080/']);
  expect(reached).toEqual([`${PUBLIC}:80`, `${PUBLIC}:8080`]);
  expect(used).toMatchObject({ network: ['api.example.org:8080', 'pages.example.org:80'], tainted: true });
}, 60_000);

it('no name leads into this machine or its network, whatever is listed', async () => {
  const names = { 'inner.example.org': ['10.0.0.1'], 'both.example.org': [PUBLIC, '127.0.0.1'] };
  const urls = ['http://inner.example.org/', 'http://both.example.org/', 'http://x.localhost/', 'http://127.0.0.1/'];
  const urlsToo = ['http://169.254.169.254/', 'https://inner.example.org/', 'http://PAGES.example.org:81/'];
  const hosts = ['inner.example.org', 'both.example.org', 'x.localhost', 'pages.example.org'];
  const { used, asked, reached } = await world([...urls, ...urlsToo], hosts, names);
  expect(used?.text.split('\n').filter((line) => /403/.test(line))).toHaveLength(7);
  expect([asked, reached, used?.network, used?.tainted]).toEqual([[], [], undefined, undefined]);
}, 60_000);

it('a tool that names no host has no network', async () => {
  const { used, asked, reached } = await world(['http://pages.example.org/'], null);
  expect(used?.text).toMatch(/^URLError/);
  expect([asked, reached, used?.network]).toEqual([[], [], undefined]);
});

it('hosts are exact names', () => {
  const head = { name: 'look', description: 'x', command: ['true'] };
  const isTaken = (host: string): boolean => toolHead().safeParse({ ...head, network: { hosts: [host] } }).success;
  for (const host of ['example.org', 'a-b.example.org:8443']) expect(isTaken(host)).toBe(true);
  for (const host of [
    '*',
    '*.example.org',
    'localhost',
    '127.0.0.1',
    'EXAMPLE.org',
    'example.org.',
    'http://example.org',
    '[::1]',
  ])
    expect(isTaken(host)).toBe(false);
  expect(
    toolHead().safeParse({ name: 'look', description: 'x', module: 'a.js', network: { hosts: ['a.org'] } }).success,
  ).toBe(false);
});

/** An organisation whose programs may reach these hosts. All names of the internet lead to a server on loopback that speaks TLS, and tells what it was asked. */
async function online(hosts: string[], acts: Act[][]) {
  const { key, cert } = certificateFor('api.example.org');
  const asked: string[] = [];
  const server = https.createServer({ key, cert }, ({ headers, url }, answer) => {
    asked.push(`${headers.host}${url}`);
    answer.end(`page of ${headers.host}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const wire = {
    ...realWire,
    resolve: async () => [PUBLIC],
    connect: async () => connect({ host: '127.0.0.1', port }),
  };
  const hands = new Hands(acts, { org: { network: { hosts } } }, { wire });
  hands.env = { LEMMING_HOME: homeOf(hands.root) };
  hands.put('cert.pem', cert);
  hands.put('ask.py', ASK);
  return { hands, asked };
}
const ASK = `import ssl, sys, urllib.request
for url in sys.argv[1:]:
  try: print(urllib.request.urlopen(url, timeout=20, context=ssl.create_default_context(cafile="cert.pem")).read().decode())
  except Exception as error: print(type(error).__name__, str(error)[:60])
`;
const LOOK = sh('python3 ask.py https://api.example.org/a https://other.example.org/b');
const PYTHON = {
  tool: 'run_python',
  input: {
    code: 'import sys\nsys.argv = ["", "https://api.example.org/a", "https://other.example.org/b"]\nexec(open("ask.py").read())',
  },
};

it.each([LOOK, PYTHON])(
  'programs reach the hosts of org.yaml over TLS, once the owner approved them: $tool',
  async (act) => {
    const { hands, asked } = await online(['api.example.org'], [[act], [act], [act]]);
    const [before] = await hands.turns();
    expect([before?.text.includes('page of'), before?.network, asked]).toEqual([false, undefined, []]);
    const world = testWorld(hands.root, { env: hands.env });
    const { text } = await trust(world, inputOf({ args: { name: 'network' } }));
    expect(text).toContain('may reach only api.example.org');
    const [used] = await hands.turns();
    expect(used?.text).toMatch(/^page of api\.example\.org\n\w+ .*403.*\n\[exit 0/);
    expect([used?.network, used?.tainted]).toEqual([['api.example.org:443'], true]);
    expect(asked).toEqual(['api.example.org/a']);
    const told = hands.lines().flatMap((line) => (line.k === 'blob' ? [line.text] : []));
    expect(told.some((one) => one.includes('whose network reaches only api.example.org'))).toBe(true);
    expect(await hands.turns()).toEqual([]); // it has read words of strangers, and asks before it sends anything
    expect(hands.lines().filter(({ k }) => k === 'held')).toHaveLength(1);
  },
  60_000,
);

it('an approval that was taken back counts no more', async () => {
  const { hands, asked } = await online(['api.example.org'], [[LOOK]]);
  const world = testWorld(hands.root, { env: hands.env });
  await trust(world, inputOf({ args: { name: 'network' } }));
  expect((await trust(world, inputOf({ flags: { revoke: 'network' } }))).data).toMatchObject({ revoked: true });
  expect((await hands.turns())[0]?.network).toBeUndefined();
  expect(asked).toEqual([]);
}, 60_000);

it('an approval is for exactly these hosts', async () => {
  const { hands, asked } = await online(['api.example.org'], [[LOOK], [LOOK]]);
  await trust(testWorld(hands.root, { env: hands.env }), inputOf({ args: { name: 'network' } }));
  const file = join(hands.root, 'org/org.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('api.example.org', 'other.example.org'));
  expect((await hands.turns())[0]?.network).toBeUndefined();
  expect(asked).toEqual([]);
}, 60_000);

it('what lies behind a name is never this machine or its network, whatever the owner approved', async () => {
  const { hands, asked } = await online(['api.example.org'], [[LOOK]]);
  hands.more.wire = { ...realWire, resolve: async () => ['127.0.0.1'] };
  await trust(testWorld(hands.root, { env: hands.env }), inputOf({ args: { name: 'network' } }));
  const [used] = await hands.turns();
  expect([used?.text.includes('page of'), used?.network, asked]).toEqual([false, undefined, []]);
}, 60_000);

it('no program starts when the proxy lets the canary through, and doctor says so', async () => {
  const hosts = ['not-listed.invalid'];
  const { hands, asked } = await online(hosts, [[sh('echo started')]]);
  const world = testWorld(hands.root, { env: hands.env });
  await trust(world, inputOf({ args: { name: 'network' } }));
  const [used] = await hands.turns();
  expect(used).toMatchObject({ ok: false, text: expect.stringContaining('does not refuse a host that is not listed') });
  expect([used?.text.includes('started'), asked]).toEqual([false, []]);
  expect((await doctor(world, inputOf())).text).toMatch(/cannot run: the proxy does not refuse/);
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('lemming-net-'));
  await expect(openProxy(async () => connect({ host: '127.0.0.1', port: 9 }))).rejects.toThrow('does not refuse');
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('lemming-net-'))).toEqual(before);
}, 60_000);

it('doctor says that the network of programs is not approved, and that the canary was refused', async () => {
  const { hands } = await online(['api.example.org'], []);
  const world = testWorld(hands.root, { env: hands.env });
  expect((await doctor(world, inputOf())).text).toMatch(/lemming trust network[\s\S]*refused one that is not listed/);
  await trust(world, inputOf({ args: { name: 'network' } }));
  expect((await doctor(world, inputOf())).text).not.toContain('lemming trust network');
  expect(orgFile().safeParse({ version: 1, name: 'x', network: { hosts: ['*'] } }).success).toBe(false);
});
