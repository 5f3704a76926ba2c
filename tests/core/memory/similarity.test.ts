import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuse, hashVector, nearest, unit } from '../../../src/core/memory/similarity.ts';

const vectorOf = (text: string) => unit(hashVector(text));
const kept = (...texts: string[]) => new Map(texts.map((text) => [text, vectorOf(text)]));

it('what is spelt alike is near, without regard to case and accents', () => {
  const all = kept('Deployment takes an hour', 'The café is closed', 'giraffes eat leaves');
  expect(nearest(all, vectorOf('deployments take hours'), 1)).toEqual(['Deployment takes an hour']);
  expect(nearest(all, vectorOf('CAFE'), 1)).toEqual(['The café is closed']);
  expect(hashVector('Café')).toEqual(hashVector('cafe'));
});

it('a vector has length one, or none when there is nothing to count', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const length = Math.hypot(...vectorOf(text));
      expect(length === 0 || Math.abs(length - 1) < 1e-6).toBe(true);
    }),
  );
  expect(nearest(kept('', 'abc'), vectorOf('abc'), 9)).toEqual(['abc']);
  expect(nearest(kept('abc'), vectorOf(''), 9)).toEqual([]);
});

it('of two that are as near the name decides', () => {
  const same = vectorOf('the same');
  const all = new Map([
    ['b', same],
    ['a', same],
    ['c', same],
  ]);
  expect(nearest(all, same, 2)).toEqual(['a', 'b']);
});

it('one list of several: what stands in both comes first, then by place, then by name', () => {
  expect(
    fuse(
      [
        ['a', 'b', 'c'],
        ['c', 'd'],
      ],
      9,
    ),
  ).toEqual(['c', 'a', 'b', 'd']);
  expect(fuse([['b'], ['a']], 9)).toEqual(['a', 'b']);
  expect(fuse([['c', 'b', 'a'], []], 2)).toEqual(['c', 'b']);
});
