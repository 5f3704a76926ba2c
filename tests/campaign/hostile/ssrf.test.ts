// @module-tag campaign
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { UsedEntry } from '../../../src/core/model/entry.ts';
import { askPublic } from '../../../src/engine/tools/fetch.ts';
import type { Turn } from '../../../src/engine/tools/turn-in-progress.ts';
import { LITERALS, PUBLIC, REBINDING, RESOLVED, Server, Surfer, wireTo } from './ssrf.ts';

const REDIRECTS = [301, 302, 303, 307, 308];
const PAGE =
  '<html><head><title>T</title><style>b{}</style></head><body><h1>Hello</h1><p>one <b>two</b></p><script>x()</script></body></html>';

/** A text as servers put it into a header. */
function headerOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The internet: pages, and redirects to whatever is asked for. */
const outside = new Server(({ url = '' }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://x');
  const say = (type: string, body: string | Buffer, status = 200) =>
    response.writeHead(status, { 'content-type': type }).end(body);
  if (pathname === '/to')
    return response
      .writeHead(Number(searchParams.get('as') ?? 302), { location: headerOf(searchParams.get('url') ?? '') })
      .end();
  if (pathname === '/again')
    return response.writeHead(302, { location: `/again?n=${Number(searchParams.get('n')) + 1}` }).end();
  if (pathname === '/json') return say('application/json', '{"a":1}');
  if (pathname === '/latin') return say('text/plain; charset=ISO-8859-1', Buffer.from([0x62, 0xfc]));
  if (pathname === '/odd') return say('text/plain; charset=klingon', 'odd');
  if (pathname === '/image') return say('image/png', Buffer.alloc(10));
  if (pathname === '/nothing') return response.writeHead(200).end('x');
  if (pathname === '/packed')
    return response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end('x');
  if (pathname === '/large') return say('text/plain', Buffer.alloc(3_000_000, 'y'));
  if (pathname === '/missing') return say('text/plain', 'not here', 404);
  return say('text/html; charset=utf-8', PAGE);
});
/** What must not be reached: this machine, its network, its cloud. */
const inside = new Server((_request, response) =>
  response.writeHead(200, { 'content-type': 'text/plain' }).end('SECRET'),
);

beforeAll(() => Promise.all([outside.start(), inside.start()]));
afterAll(() => {
  outside.stop();
  inside.stop();
});

it('no URL, name, redirect or rebinding leads a tool inside', async () => {
  const targets = [...LITERALS, ...RESOLVED];
  const redirects = targets.map(
    (url, i) => `http://example.org/to?as=${REDIRECTS[i % 5]}&url=${encodeURIComponent(url)}`,
  );
  const twice = REBINDING.map(
    (url) => `http://example.org/to?url=${encodeURIComponent(`${url}to?url=${encodeURIComponent(url)}`)}`,
  );
  const visits = [targets, redirects, twice];
  const surfer = new Surfer(wireTo(outside, inside), visits);
  const pages = await surfer.pages(visits.length);
  // What is no absolute URL to a browser leads on within example.org.
  const isGot = ({ ok, text }: UsedEntry): boolean =>
    text.includes('SECRET') || (ok && !text.startsWith('[http://example.org/'));
  expect([...pages].filter(([url, used]) => isGot(used) || (used.ok && targets.includes(url)))).toEqual([]);
  expect(surfer.lines('visit').map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  expect(inside.reached).toBe(0);
  expect(outside.reached).toBeGreaterThanOrEqual(redirects.length + 2 * twice.length);
  const cases = visits.flat().length;
  console.log(
    `SSRF: ${cases} targets (${targets.length} direct, ${redirects.length} by redirect, ${twice.length} by rebinding), 0 reached`,
  );
  expect(cases).toBeGreaterThanOrEqual(300);
});

it('pages of the public web are read', async () => {
  const next = encodeURIComponent('http://six.example.org/json');
  const urls = [
    ...[
      'http://example.org/',
      'http://six.example.org/json',
      'http://both.example.org/latin',
      'http://example.org:8080/odd',
    ],
    ...[
      `http://${PUBLIC[0]}/json`,
      `http://[${PUBLIC[1]}]/json`,
      'http://example.org/to?url=/json',
      `http://example.org/to?url=${next}`,
    ],
    ...[
      'http://example.org/large',
      'http://example.org/missing',
      'http://example.org/again?n=1',
      'http://example.org/image',
    ],
    ...[
      'http://example.org/nothing',
      'http://example.org/packed',
      'http://nowhere.example.org/',
      'http://unknown.example.org/',
    ],
    'http://example.org/to?url=http://',
  ];
  const pages = await new Surfer(wireTo(outside, inside), [urls]).pages(1);
  const told = urls.map((url) => `${pages.get(url)?.ok} ${pages.get(url)?.text.replace(/\s+/g, ' ').slice(0, 100)}`);
  expect(told).toEqual([
    'true [http://example.org/: 200, text/html] Hello one two',
    'true [http://six.example.org/json: 200, application/json] {"a":1}',
    'true [http://both.example.org/latin: 200, text/plain] bü',
    'true [http://example.org:8080/odd: 200, text/plain] odd',
    `true [http://${PUBLIC[0]}/json: 200, application/json] {"a":1}`,
    `true [http://[${PUBLIC[1]}]/json: 200, application/json] {"a":1}`,
    'true [http://example.org/json: 200, application/json] {"a":1}',
    'true [http://six.example.org/json: 200, application/json] {"a":1}',
    expect.stringMatching(/^true \[http:\/\/example.org\/large: 200, text\/plain, only the beginning\] y{30}/),
    'false [http://example.org/missing: 404, text/plain] not here',
    'false Refused (redirects): More than 5 redirects.',
    'false Refused (type): http://example.org/image is not text but image/png.',
    'false Refused (type): http://example.org/nothing is not text but of an unknown type.',
    'false Refused (type): http://example.org/packed was sent compressed as gzip, which was not requested.',
    'false Refused (address): nowhere.example.org has no address.',
    'false The tool failed: getaddrinfo ENOTFOUND unknown.example.org',
    'false Refused (url): That is not a URL. Write one such as https://example.org/page.',
  ]);
  expect([...pages.values()].filter(({ tainted }) => tainted)).toHaveLength(10);
  expect(inside.reached).toBe(0);
});

it('without a network, or when the time is over, a page is refused and nobody is stopped', async () => {
  const page = 'http://example.org/';
  const none = new Surfer(undefined, [[page]]);
  expect((await none.pages(1)).get(page)).toMatchObject({
    ok: false,
    text: 'Refused (network): There is no network here.',
  });
  const wire = wireTo(outside, inside);
  const turn = { ports: { wire: { ...wire, resolve: () => new Promise<string[]>(() => {}) } } } as unknown as Turn;
  const late = AbortSignal.abort(new Error('too late'));
  await expect(askPublic(turn, { url: new URL(page) }, late)).rejects.toThrow('too late');
});
