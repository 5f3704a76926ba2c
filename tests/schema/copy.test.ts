// @module-tag alone
import { expect, it } from 'vitest';
import { copyWith, defined, withEntry } from '../../src/schema/copy.ts';
import { shapesOf } from '../shapes.ts';

it('a copy has the changes in place of the old values, and the old order of keys', () => {
  const base = { a: 1, b: 'x', c: null };
  const copy = copyWith(base, { b: 2, d: undefined });
  expect(JSON.stringify(copy)).toBe('{"a":1,"b":2,"c":null}');
  expect([Object.keys(copy), base]).toEqual([['a', 'b', 'c', 'd'], { a: 1, b: 'x', c: null }]);
});

it('copies of like values share a hidden class', () => {
  const many = Array.from({ length: 1000 }, (_, n) => copyWith({ a: n, b: 'x' }, { b: 'y', c: n }));
  expect(shapesOf(many)).toBe(1);
});

it.each(['__proto__', 'constructor', 'a'])('an entry called %s is an entry like any other', (key) => {
  const base = JSON.parse('{"a":1,"__proto__":2}') as Record<string, number>;
  const changed = withEntry(base, key, 3);
  expect(Object.entries(changed).sort()).toEqual(Object.entries(JSON.parse(`{"a":1,"__proto__":2,"${key}":3}`)).sort());
});

it('fields that are defined stay, in their order; null, false, empty text and 0 are defined', () => {
  const made = defined({ z: 1, a: undefined, b: null, c: false, d: '', e: 0 });
  expect(Object.entries(made)).toEqual([
    ['z', 1],
    ['b', null],
    ['c', false],
    ['d', ''],
    ['e', 0],
  ]);
  expect('a' in made).toBe(false);
});
