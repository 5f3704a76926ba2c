import { expect, it } from 'vitest';
import { shortHash, TextsByHash } from '../../../src/core/model/hash.ts';

it('texts are found by their short hashes, also those that came after somebody asked', () => {
  const texts = new TextsByHash();
  expect(texts.get(shortHash('one'))).toBeUndefined();
  texts.add('one');
  texts.add('two');
  expect([texts.get(shortHash('one')), texts.get(shortHash('three'))]).toEqual(['one', undefined]);
  texts.add('three');
  texts.add('two');
  expect(['two', 'three'].map((text) => texts.get(shortHash(text)))).toEqual(['two', 'three']);
});
