import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  archivedPath,
  entryAt,
  keyOf,
  memoryOwner,
  memoryPath,
  printMemory,
  readEntry,
  SHARED,
} from '../../../src/core/memory/entry.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { readMarkdown } from '../../../src/disk/yaml/yaml.ts';
import { memoryHead } from '../../../src/schema/records/memory.ts';
import { quickest, timed } from '../../quickest.ts';

it('an entry is one file of its agent', () => {
  expect(memoryPath('coder_01', 'the-plan')).toBe('agents/coder_01/memory/the-plan.md');
});

it.each([
  ['plan', [], 'Do it.'],
  ['null', ['yes', '1', 'a: b', '"x"'], '---\nkey: forged\n---\ntext'],
  ['0', ['null'], ''],
])('the file of %s reads back as it was meant', (key, tags, text) => {
  const file = printMemory({ key, tags, turn: 42, text: `${text} \n\n` });
  const read = readMarkdown(memoryHead(), file, memoryPath('a', key));
  expect(read.faults).toEqual([]);
  expect(read.head).toMatchObject({ key, tags, turn: 42, pin: false });
  expect(read.body.trimEnd()).toBe(text);
  expect(file.endsWith(`---\n${text}\n`)).toBe(true);
});

it('a text with many blanks costs little', async () => {
  const entry = { key: 'k', tags: [], turn: 1, text: `${' '.repeat(20_000)}x` };
  expect(await quickest(200, () => timed(() => printMemory(entry)))).toBeLessThan(200);
});

describe('an entry is read from any text', () => {
  const read = (text: string) => readEntry('agents/a/memory/learned/k.md', text);

  it.each([
    [
      'as it is printed',
      'tags: [a, "b, c", "d\\"e"]\npin: true\nturn: 12\nversion: 3\nevidence: "it: is"',
      ['a', 'b, c', 'd"e'],
    ],
    [
      'with a list in lines',
      "tags:\n  - a\n  - 'it''s'\npin: true # yes\nturn: 12\nversion: 3\nevidence: 'it: is'",
      ['a', "it's"],
    ],
  ])('%s', (_how, head, tags) => {
    expect(read(`---\n${head}\n---\nThe text.\n`)).toEqual({
      key: 'learned/k',
      path: 'agents/a/memory/learned/k.md',
      archived: false,
      tags,
      pin: true,
      turn: 12,
      version: 3,
      evidence: 'it: is',
      text: 'The text.',
    });
  });

  it.each([
    ['no front matter', 'Just text.\npin: true\n', 'Just text.\npin: true'],
    ['a front matter that is not closed', '---\npin: true\n', '---\npin: true'],
    ['one that is closed by something else', '---\npin: true\n---js\nx', '---\npin: true\n---js\nx'],
    ['values that are none', '---\nversion: -1\nturn: x\npin: 1\ntags:\nevidence:\n"odd": 1\n---\nx', 'x'],
    ['an empty front matter', '---\n---\nx', 'x'],
    ['nothing after it', '---\nturn: 0\n---', ''],
    ['nothing', '', ''],
  ])('with %s', (_what, text, body) => {
    expect(read(text)).toMatchObject({ tags: [], pin: false, turn: 0, version: 1, evidence: '', text: body });
  });

  it('with a broken escape', () => {
    expect(read('---\ntags: ["\\x"]\n---\n').tags).toEqual(['\\x']);
  });

  it('and printed again it is the same', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(
          text.filter((tag) => tag.trim() !== ''),
          { maxLength: 4 },
        ),
        text,
        text,
        (tags, evidence, body) => {
          const file = printMemory({ key: 'k', tags, turn: 1, evidence, text: body });
          const entry = read(file);
          expect(printMemory({ ...entry, key: 'k' })).toBe(file);
          expect(entry.tags).toEqual(tags);
        },
      ),
    );
  });
});

describe('the paths of entries', () => {
  it.each([
    ['plan', 'agents/memory/memory/plan.md', 'agents/memory/memory/archive/plan.md'],
    ['learned/x', 'agents/memory/memory/learned/x.md', 'agents/memory/memory/archive/learned/x.md'],
    ['shared/x', 'org/shared/context/x.md', 'org/shared/context/x.md'],
  ])('%s', (key, path, archived) => {
    expect(memoryPath('memory', key)).toBe(path);
    expect(archivedPath(path)).toBe(archived);
    expect([keyOf(path), keyOf(archived)]).toEqual([key, key]);
    expect(memoryOwner(archived)).toBe(key === 'shared/x' ? SHARED : 'memory');
  });

  it.each(['agents/a/memory/x/y.md', 'agents/a/resume.md', 'org/shared/docs/x.md', 'agents/a/memory/x.txt'])(
    '%s is none',
    (path) => {
      expect(memoryOwner(path)).toBeNull();
      expect(keyOf(path)).toBe('');
      expect(entryAt(emptyState(), path)).toBeNull();
    },
  );
});
