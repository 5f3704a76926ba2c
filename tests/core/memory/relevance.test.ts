import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEntry } from '../../../src/core/memory/entry.ts';
import {
  excerpt,
  findable,
  holds,
  normalise,
  rank,
  rankFound,
  related,
  startsOf,
  wordsOf,
} from '../../../src/core/memory/relevance.ts';
import type { MemoryEntry } from '../../../src/core/model/state/memory.ts';

const entry = (key: string, text: string, head = ''): MemoryEntry =>
  readEntry(`agents/a/memory/${key}.md`, head === '' ? text : `---\n${head}\n---\n${text}`);
const keys = (entries: MemoryEntry[]) => entries.map(({ key }) => key);

describe('words', () => {
  it.each([
    ['Café, déjà-vu!', ['cafe', 'deja', 'vu']],
    ['ΟΔΟΣ οδος', ['οδοσ']],
    ['東京タワー 2026', ['東', '京', 'タ', 'ワ', 'ー', '2026']],
    ['  ', []],
    ['a_b 3.14', ['a', 'b', '3', '14']],
  ])('of %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('of a long text are bounded', () => {
    expect(wordsOf(Array.from({ length: 500 }, (_, i) => `w${i}`).join(' '))).toHaveLength(60);
  });

  it('are the same whatever the case and the form of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        expect(normalise(text.normalize('NFC'))).toBe(normalise(text.normalize('NFD')));
        expect(normalise(normalise(text))).toBe(normalise(text));
      }),
    );
  });
});

describe('the order of what is found', () => {
  it('is by rare words, then key and tags before text, then the later turn, then the name', () => {
    const all = [
      entry('a', 'login'),
      entry('b', 'login', 'turn: 3'),
      entry('c', 'page', 'tags: [login]'),
      entry('login', 'page'),
      entry('d', 'rare thing'),
      entry('e', 'nothing'),
    ];
    expect(keys(rank(all, 'login', 9).best)).toEqual(['c', 'login', 'b', 'a']);
    expect(keys(rank(all, 'LOG rare', 9).best)[0]).toBe('d');
    expect(rank(all, '', 9)).toEqual({ found: 0, best: [] });
    expect(rank(all, 'login', 2)).toEqual({ found: 4, best: [all[2], all[3]] });
    expect(keys(rank(all, 'ogin', 9).best)).toEqual([]);
  });

  it('does not depend on the order in which the entries come', () => {
    const texts = fc.array(fc.constantFrom('login', 'page', 'deploy', 'x', 'page login'), { maxLength: 12 });
    fc.assert(
      fc.property(texts, fc.constantFrom('login page', 'deploy', 'p'), (list, query) => {
        const all = list.map((text, i) => entry(`k${i}`, text));
        expect(keys(rank([...all].reverse(), query, 5).best)).toEqual(keys(rank(all, query, 12).best).slice(0, 5));
      }),
    );
  });

  it('finds exactly what an index of the folded texts finds', () => {
    const word = fc.constantFrom('Login', 'log', 'Café', '東京', 'x-1', '&', 'ß');
    const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), text, (list, query) => {
        const all = list.map((body, i) => entry(`k${i}`, body));
        const texts = all.map(findable);
        const holding = texts.filter(({ name, body }) =>
          startsOf(query).some((start) => name.includes(start) || body.includes(start)),
        );
        const { found, best } = rankFound(holding, query, all.length, 9);
        expect(best.map(({ path }) => path)).toEqual(rank(all, query, 9).best.map(({ path }) => path));
        expect(found).toBe(holding.length);
      }),
    );
  });
});

it('what is related shares a longer word that few entries hold', () => {
  const all = [entry('a', 'the login page'), entry('b', 'the page'), entry('c', 'the end'), entry('d', '東の京')];
  expect(keys(related(all, 'The login?'))).toEqual(['a']);
  expect(keys(related(all, 'The logins of the end'))).toEqual([]);
  expect(keys(related(all, '京'))).toEqual(['d']);
});

it('a text holds a piece exactly when it includes it', () => {
  const text = fc.string({ unit: fc.constantFrom(' ', 'a', 'b'), maxLength: 12 });
  const piece = fc.string({ unit: fc.constantFrom(' ', 'a', 'b'), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(text, piece, (whole, part) => {
      expect(holds(whole, part)).toBe(whole.includes(part));
    }),
  );
});

describe('an excerpt', () => {
  it('begins at the line that was found', () => {
    expect(excerpt(entry('a', 'One.\nTwo  words.\nThree.'), 'word')).toBe('… Two words. Three.');
    expect(excerpt(entry('a', 'One.\nTwo.'), 'nothing')).toBe('One. Two.');
  });

  it('is one short line', () => {
    expect(excerpt(entry('a', 'x '.repeat(500)), 'x')).toMatch(/^(x ){99}x … ?$|^.{1,204}$/);
  });
});
