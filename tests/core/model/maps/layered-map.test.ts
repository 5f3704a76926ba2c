import { describe, expect, it } from 'vitest';
import { LayeredMap } from '../../../../src/core/model/maps/layered-map.ts';

describe('a map over another one', () => {
  const below = new Map([
    ['a', 1],
    ['b', 2],
  ]);

  it('shows its own rows in the place of those below, and does not touch these', () => {
    const map = new LayeredMap(below);
    map.set('b', 20);
    map.set('c', 30);
    expect([map.get('a'), map.get('b'), map.get('c'), map.get('d')]).toEqual([1, 20, 30, undefined]);
    expect([map.has('a'), map.has('c'), map.has('d')]).toEqual([true, true, false]);
    expect([map.own('a'), map.own('b')]).toEqual([undefined, 20]);
    expect(map.size).toBe(3);
    expect([...map]).toEqual([
      ['a', 1],
      ['b', 20],
      ['c', 30],
    ]);
    expect([...map.keys()]).toEqual(['a', 'b', 'c']);
    expect([...map.values()]).toEqual([1, 20, 30]);
    const seen: [string, number][] = [];
    map.forEach((value, key) => {
      seen.push([key, value]);
    });
    expect(seen).toEqual([...map]);
    expect([...below.values()]).toEqual([1, 2]);
  });

  it('gives no row away', () => {
    expect(() => new LayeredMap(below).delete()).toThrow('no rows to take out');
    expect(() => new LayeredMap(below).clear()).toThrow('no rows to take out');
  });
});
