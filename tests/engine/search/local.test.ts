import { describe, expect, it } from 'vitest';
import { Searcher, search } from './world.ts';

const LOCAL = { backend: 'local', folder: 'pages' };
const FILES = {
  'org/shared/pages/fox.md': '---\n# The red fox\n\nIt hunts mice.\nA fox sleeps by day.\n',
  'org/shared/pages/deep/bear.md': 'Bears\n\nA bear is no fox.',
  'org/shared/pages/owl.txt': 'Owls hunt mice at night.',
  'org/shared/pages/binary': 'fox\0',
  'org/shared/pages/huge.md': `fox ${'x'.repeat(1_000_001)}`,
  'org/shared/pages/a\n2. Fake\n.md': 'A fake fox.',
  'org/shared/other/secret.md': 'The secret fox.',
};

function local(visits: Parameters<typeof search>[], shared = ['pages'], files: Record<string, string> = FILES) {
  return new Searcher(LOCAL, [visits.map((args) => search(...args))], undefined, {
    resumes: { a: { shared } },
    files,
  });
}
const texts = async (org: Searcher) => (await org.told()).map(({ text }) => text);

describe('a search of the own texts', () => {
  it('finds them by their words, the best first, without a network; nothing in them is of strangers', async () => {
    const org = local([['fox'], ['mice', 1], ['hunt night'], ['elephant'], ['?!'], ['secret']]);
    const used = await org.told();
    expect(used.every(({ ok, tainted }) => ok && tainted === undefined)).toBe(true);
    expect(used.map(({ text }) => text)).toEqual([
      '1. The red fox\n   shared/pages/fox.md\n   … # The red fox It hunts mice. A fox sleeps by day.\n2. Bears\n   shared/pages/deep/bear.md\n   … A bear is no fox.',
      '1. Owls hunt mice at night.\n   shared/pages/owl.txt\n   Owls hunt mice at night.',
      expect.stringMatching(/^1. Owls hunt mice at night.\n {3}shared\/pages\/owl.txt\n.*\n2. The red fox/),
      'Nothing was found for "elephant".',
      'Nothing was found for "?!".',
      'Nothing was found for "secret".',
    ]);
  });

  it('shows an agent only what its resume grants', async () => {
    for (const shared of [[], ['other'], ['pages/deep']])
      expect(await texts(local([['fox']], shared))).toEqual([
        expect.stringContaining('Refused (path): You have no access to "shared/pages".'),
      ]);
    expect(await texts(local([['fox', 1]], ['.']))).toEqual([expect.stringContaining('The red fox')]);
  });

  it('finds nothing where there is no folder, or an empty text', async () => {
    expect(await texts(local([['fox']], ['pages'], {}))).toEqual(['Nothing was found for "fox".']);
    const files = { 'org/shared/pages/fox.md': '---\n' };
    expect(await texts(local([['fox']], ['pages'], files))).toEqual([
      expect.stringMatching(/^1. shared\/pages\/fox.md\n {3}shared\/pages\/fox.md\n/),
    ]);
  });

  it('looks at so many files only', async () => {
    const many = Array.from({ length: 2100 }, (_, i) => [
      `org/shared/pages/${String(i).padStart(4, '0')}.md`,
      i === 2050 ? 'fox' : 'bear',
    ]);
    expect(await texts(local([['fox']], ['pages'], Object.fromEntries(many)))).toEqual([
      'Nothing was found for "fox".',
    ]);
  });
});

it('without settings is refused, and told what its owner can do', async () => {
  const org = new Searcher(null, [[search('fox')]]);
  expect(await org.told()).toMatchObject([
    {
      ok: false,
      text: expect.stringMatching(
        /^Refused \(search\): Web search is not set up\. The owner can write search: \{ backend: local, folder: FOLDER \} into org\/org\.yaml/,
      ),
    },
  ]);
});
