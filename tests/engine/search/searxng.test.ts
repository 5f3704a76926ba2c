import { expect, it } from 'vitest';
import { realWire } from '../../../src/disk/sandbox/wire.ts';
import { searxng } from '../../../src/engine/search/searxng.ts';
import { keepsTheContract } from './contract.ts';
import { PUBLIC, Searcher, Server, search, wireTo } from './world.ts';

const answer = { results: [{ title: 'One', url: 'https://one.example/', content: 'The first.' }] };

keepsTheContract({
  settings: { backend: 'searxng', url: 'https://searx.example/' },
  host: 'searx.example',
  answer: (found) => ({ results: found.map(({ title, url, text }) => ({ title, url, content: text ?? null })) }),
  read: ({ url }) => ({ query: new URLSearchParams(url?.split('?')[1]).get('q') ?? undefined, key: undefined }),
});

it.each([
  ['https://searx.example', 'https://searx.example/search?q=a+b&format=json'],
  ['http://searx.example:8080/deep/', 'http://searx.example:8080/deep/search?q=a+b&format=json'],
])('at %s is asked for JSON', (at, href) => {
  expect(searxng(at).ask({ query: 'a b', limit: 3 }, '').url.href).toBe(href);
});

it('on this machine is asked when its settings say so, and then nothing else', async () => {
  const server = await Server.started((response) => void response.end(JSON.stringify(answer)));
  const url = `http://127.0.0.1:${server.port}`;
  const here = new Searcher({ backend: 'searxng', url, loopback: true }, [[search('x')]], realWire);
  expect(await here.told()).toMatchObject([{ ok: true, tainted: true, text: expect.stringContaining('The first.') }]);
  const strict = new Searcher({ backend: 'searxng', url }, [[search('x')]], realWire);
  expect(await strict.told()).toMatchObject([{ ok: false, text: expect.stringContaining('127.0.0.1') }]);
  for (const address of [PUBLIC, '10.0.0.1', '169.254.169.254', '0.0.0.0', '::ffff:127.0.0.1']) {
    const wire = wireTo(server, ['127.0.0.1', address]);
    const other = new Searcher({ backend: 'searxng', url: 'http://x.example', loopback: true }, [[search('x')]], wire);
    expect(await other.told()).toMatchObject([
      { ok: false, text: `Refused (address): x.example leads to ${address}, which is not an address of this machine.` },
    ]);
  }
  expect(server.got).toHaveLength(1);
});
