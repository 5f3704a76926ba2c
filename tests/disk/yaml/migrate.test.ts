import { describe, expect, it } from 'vitest';
import { isVersioned, migrateText } from '../../../src/disk/yaml/migrate.ts';

describe('migrateText', () => {
  it.each([
    [
      'below a heading of comments',
      '# what this is\n\nname: acme # n\n',
      '# what this is\n\nversion: 1\nname: acme # n\n',
    ],
    ['with CRLF', 'name: acme\r\nlog: {}\r\n', 'version: 1\r\nname: acme\r\nlog: {}\r\n'],
    ['with a byte order mark', '\ufeffname: acme\n', '\ufeffversion: 1\nname: acme\n'],
    ['on one line', '{ name: acme }\n', '{ version: 1, name: acme }\n'],
    ['to an indented map', '  name: acme\n  log: {}\n', '  version: 1\n  name: acme\n  log: {}\n'],
    ['after a line ---', '---\nname: acme\n', '---\nversion: 1\nname: acme\n'],
    ['to an empty file', '# todo\n', '# todo\nversion: 1\n'],
    ['in the place of version 0', 'name: acme\nversion: 0 # old\n', 'name: acme\nversion: 1 # old\n'],
    ['where the version is empty', 'version: # to do\nname: acme\n', 'version: 1 # to do\nname: acme\n'],
  ])('adds the version %s', (_name, before, after) => {
    expect(migrateText('org', before)).toEqual({ text: after, from: 0, to: 1 });
    expect(migrateText('org', after)).toEqual({ text: after, from: 1, to: 1 });
  });

  it.each([
    ['version: 2\n', 'invalid-value'],
    ['version: one\n', 'invalid-value'],
    ['version: -1\n', 'invalid-value'],
    ['name: [\n', 'invalid-yaml'],
    ['- a\n', 'not-found'],
    ['hello', 'not-found'],
  ])('refuses %j', (text, code) => expect(migrateText('chart', text)).toMatchObject({ fault: { code } }));

  it('knows the kinds that carry a version', () => {
    expect(['org', 'resume', null].map((kind) => isVersioned(kind as 'org' | null))).toEqual([true, false, false]);
  });
});
