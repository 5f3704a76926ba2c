import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachmentNames } from '../../../src/core/mail/attachment-names.ts';

describe('the names of what comes with a message', () => {
  it.each<[what: string, paths: string[], names: string[]]>([
    [
      'are kept',
      ['index.html', 'site/app.js', 'README.md', 'a b.txt', '.env'],
      ['index.html', 'app.js', 'README.md', 'a b.txt', '.env'],
    ],
    ['are kept in any script', ['docs/Übersicht.md', '報告.txt'], ['Übersicht.md', '報告.txt']],
    [
      'get a number when another has that name',
      ['a/x.md', 'b/x.md', 'c/x.md', 'd/x'],
      ['x.md', 'x-2.md', 'x-3.md', 'x'],
    ],
    ['get a free number', ['x-2.md', 'a/x.md', 'b/x.md'], ['x-2.md', 'x.md', 'x-3.md']],
    ['are told apart from those that some disk takes for the same', ['a/X.md', 'b/x.md'], ['X.md', 'x-2.md']],
    ['are composed in one way', ['cafe\u0301.md', 'b/caf\u00e9.md'], ['caf\u00e9.md', 'caf\u00e9-2.md']],
    [
      'are none of devices',
      ['con', 'NUL.txt', 'lpt1.tar.gz', 'console'],
      ['_con', '_NUL.txt', '_lpt1.tar.gz', 'console'],
    ],
    ['do not end with a dot or a space', ['x.', 'y ', 'z. .'], ['x_', 'y_', 'z___']],
    ['do not begin with a space', [' x'], ['_x']],
    [
      'have nothing that a disk refuses or nobody sees',
      ['a:b*c?.md', 'a\u202eb', 'a\u00a0b', 'a,b'],
      ['a_b_c_.md', 'a_b', 'a_b-2', 'a_b-3'],
    ],
    ['are none of the engine', ['.lemming-x.tmp'], ['_.lemming-x.tmp']],
    ['have no ending where it is all that there is', ['.gitignore', 'a/.gitignore'], ['.gitignore', '.gitignore-2']],
  ])('%s', (_what, paths, names) => expect(attachmentNames(paths)).toEqual(names));

  it('fit, with their ending', () => {
    const [long, other] = attachmentNames([`${'é'.repeat(126)}.md`, `b/${'é'.repeat(126)}.md`]);
    expect(long).toBe(`${'é'.repeat(126)}.md`);
    expect(other).toBe(`${'é'.repeat(125)}-2.md`);
    expect(attachmentNames(['x'.repeat(300)])).toEqual(['x'.repeat(255)]);
  });

  it('are different on every disk, short, and stay what they are when they are given again', () => {
    const name = fc.oneof(
      fc.constantFrom('x.md', 'X.md', 'x-2.md', 'con', '..', 'a.', '\u212a', 'ß', 'ẞ', 'ﬁ', 'fi'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 130 }).map((text) => text.replaceAll('/', '')),
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (paths) => {
        const names = attachmentNames(paths);
        expect(new Set(names.map((one) => one.normalize('NFKC').toUpperCase().toLowerCase())).size).toBe(paths.length);
        for (const one of names) {
          expect(Buffer.byteLength(one)).toBeLessThanOrEqual(255);
          expect(one).not.toMatch(/^\.{0,2}$|[/\\\0-\x1f]|[. ]$/);
        }
        expect(attachmentNames(names)).toEqual(names);
      }),
    );
  });
});
