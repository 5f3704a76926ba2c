import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, readFrontMatter } from '../../../src/disk/yaml/codec.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('decode', () => {
  it('reads CRLF, CR and a byte order mark as if absent', () => {
    expect(decode(bytes('\ufeffa\r\nb\rc\n'), 100, 'x.md')).toEqual({ text: 'a\nb\nc\n' });
  });

  it.each([
    ['one byte too many', bytes('abcd'), 'too-large'],
    ['a NUL', bytes('a\0b'), 'not-text'],
    ['invalid UTF-8', new Uint8Array([0x61, 0xff]), 'not-text'],
    ['a surrogate in UTF-8', new Uint8Array([0xed, 0xa0, 0x80]), 'not-text'],
    ['a cut character', new Uint8Array([0xe2, 0x82]), 'not-text'],
  ])('sets %s aside', (_name, content, code) => {
    expect(decode(content, 3, 'x.md')).toMatchObject({ fault: { code, file: 'x.md' } });
  });

  it('gives the same text for a text, its CRLF form and its form with a byte order mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (raw) => {
        const text = raw.replace(/[\r\0\ufeff]/g, '');
        const read = (form: string) => decode(bytes(form), 1e6, 'x');
        expect(read(text.replaceAll('\n', '\r\n'))).toEqual(read(text));
        expect(read(`\ufeff${text}`)).toEqual(read(text));
      }),
    );
  });
});

describe('readFrontMatter', () => {
  it('splits a text at its fences', () => {
    expect(readFrontMatter('---\na: 1\n# c\n---\n\nbody\n', 'x.md')).toEqual({
      head: 'a: 1\n# c',
      headLine: 2,
      body: '\nbody\n',
    });
  });

  it.each([
    ['---\n---\nbody', { head: '', body: 'body' }],
    ['---\na: 1\n---', { head: 'a: 1', body: '' }],
    ['---\na: 1\n---\n---\nb: 2\n---\n', { head: 'a: 1', body: '---\nb: 2\n---\n' }],
    ['---\na: 1\n---\n---js\nx\n', { head: 'a: 1', body: '---js\nx\n' }],
  ])('%j', (text, parts) => expect(readFrontMatter(text, 'x.md')).toMatchObject(parts));

  it.each(['', 'body', ' ---\na: 1\n---\n', '--- \na: 1\n---\n', '----\na: 1\n---\n', '---', '\n---\na: 1\n---\n'])(
    'finds none in %j',
    (text) => expect(readFrontMatter(text, 'x.md')).toBeNull(),
  );

  it.each([
    ['---\na: 1\n', 'invalid-yaml'],
    ['---\na: 1\n----\nb', 'invalid-yaml'],
    ['---\na: 1\n--- \nb', 'invalid-yaml'],
    [`---\na: ${'x'.repeat(65_536)}\n---\n`, 'too-large'],
    [`---\n${' \n'.repeat(32_000)}\n---\n`, 'invalid-yaml'],
  ])('refuses %.20j', (text, code) =>
    expect(readFrontMatter(text, 'x.md')).toMatchObject({ fault: { code, file: 'x.md' } }),
  );

  it.each(['js', 'javascript', 'JS', 'json', 'toml', 'coffee', 'cson', 'yaml', ' js', '\tjs'])(
    'never runs a fence of %j',
    (word) => {
      const text = `---${word}\n{ x: (globalThis.ran = true) }\n---\nbody`;
      expect(readFrontMatter(text, 'x.md')).toBeNull();
      expect(readFrontMatter(`---\n---${word}\n(globalThis.ran = true)\n---\n`, 'x.md')).toHaveProperty('fault');
      expect(globalThis).not.toHaveProperty('ran');
    },
  );

  it('remembers nothing: a broken text is broken each time', () => {
    const read = () => readFrontMatter('---\na: [1\n---\n', 'x.md');
    expect(read()).toEqual(read());
    expect(readFrontMatter('---\na: 1\n---\nx', 'x.md')).not.toBe(readFrontMatter('---\na: 1\n---\nx', 'x.md'));
  });
});
