import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { realWire } from '../../src/disk/wire.ts';
import { toolHead } from '../../src/schema/tool.ts';
import { boxHere, Hands } from './hands.ts';

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
  const isTaken = (host: string): boolean => toolHead.safeParse({ ...head, network: { hosts: [host] } }).success;
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
    toolHead.safeParse({ name: 'look', description: 'x', module: 'a.js', network: { hosts: ['a.org'] } }).success,
  ).toBe(false);
});
