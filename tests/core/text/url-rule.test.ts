import { describe, expect, it } from 'vitest';
import { hostFits, permitUrl } from '../../../src/core/text/url-rule.ts';

const ALL = { name: 'a', hosts: ['*', '*:8080'] };

describe('a URL', () => {
  it.each([
    ['http://example.org', 'http://example.org/'],
    ['HTTPS://Example.ORG/a b'.replace(' ', '%20'), 'https://example.org/a%20b'],
    ['https://example.org:443/x?y=1&z=é#part', 'https://example.org/x?y=1&z=%C3%A9'],
    ['http://example.org:8080/', 'http://example.org:8080/'],
    ['https://xn--bcher-kva.example.org/', 'https://xn--bcher-kva.example.org/'],
    ['http://93.184.216.34/', 'http://93.184.216.34/'],
    ['http://[2606:4700::1111]/', 'http://[2606:4700::1111]/'],
  ])('%s may be asked for', (text, href) => {
    expect(permitUrl(ALL, text)).toMatchObject({ ok: true, url: { href } });
  });

  it.each([
    ...[
      '',
      'example.org',
      '//example.org',
      'ftp://example.org',
      'file:///etc/passwd',
      'data:text/html,x',
      'gopher://x.org',
    ],
    ...[
      'http:example.org',
      'http:/example.org',
      'http:///example.org',
      'http:\\\\example.org',
      'http://',
      'http://:80/',
    ],
    ...[
      'http://user@example.org',
      'http://user:pass@example.org/',
      'http://@example.org',
      'http://example.org@127.0.0.1/',
    ],
    ...[
      ' http://example.org',
      'http://example.org\n',
      'http://exa\tmple.org',
      'http://example.org/\0',
      'http://example.org\\@x.org',
    ],
    ...[
      'http://localhost',
      'http://LOCALHOST:8080/',
      'http://a.localhost/',
      'http://printer/',
      'http://db.internal/',
      'http://nas.local/',
      'http://x.home.arpa/',
    ],
    ...['http://example.org./', 'http://localhost./', 'http://127.0.0.1./'],
    ...[
      'http://2130706433/',
      'http://0x7f000001/',
      'http://017700000001/',
      'http://127.1/',
      'http://0177.0.0.1/',
      'http://0x7f.1/',
    ],
    ...[
      'http://１２７.0.0.1/',
      'http://ⓔxample.org/',
      'http://bücher.example.org/',
      'http://127。0。0。1/',
      'http://%31%32%37.0.0.1/',
    ],
    ...[
      'http://[::ffff:127.0.0.1]/',
      'http://[0:0:0:0:0:0:0:1]/',
      'http://[fe80::1%25eth0]/',
      'http://[::1',
      'http://a b.org',
      'http://example.org:99999/',
    ],
  ])('%j may not', (text) => {
    expect(permitUrl(ALL, text)).toMatchObject({ ok: false, rule: 'url' });
  });

  it('needs its host in the resume', () => {
    const some = { name: 'a', hosts: ['example.org', '*.wiki.org', 'api.org:8443'] };
    for (const url of [
      'http://example.org/',
      'https://example.org/x',
      'https://en.wiki.org/',
      'https://a.b.wiki.org',
      'https://api.org:8443/',
    ])
      expect(permitUrl(some, url)).toMatchObject({ ok: true });
    for (const url of [
      'http://www.example.org/',
      'http://example.org:8080/',
      'https://wiki.org/',
      'https://evilwiki.org/',
      'https://api.org/',
      'https://example.org.evil.org',
    ])
      expect(permitUrl(some, url)).toMatchObject({
        ok: false,
        rule: 'host',
        text: expect.stringContaining('*.wiki.org'),
      });
    expect(permitUrl({ name: 'a', hosts: [] }, 'http://example.org/')).toMatchObject({
      rule: 'host',
      text: expect.stringContaining('hosts: [example.org]'),
    });
  });
});

it.each([
  ['example.org:443', 'https://example.org/', true],
  ['example.org:80', 'http://example.org/', true],
  ['example.org:80', 'https://example.org/', false],
  ['[2606:4700::1]', 'http://[2606:4700::1]/', true],
  ['[2606:4700::1]:81', 'http://[2606:4700::1]:81/', true],
  ['*', 'http://x.org:81/', false],
])('the pattern %s for %s: %s', (pattern, url, fits) => {
  expect(hostFits(pattern, new URL(url))).toBe(fits);
  expect(hostFits(pattern, new URL(url), true)).toBe(fits || pattern === '*');
});
