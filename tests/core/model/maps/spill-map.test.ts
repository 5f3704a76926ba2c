import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeyOrder, type SpilledRows, SpillMap } from '../../../../src/core/model/maps/spill-map.ts';

/** What lies below a shelf, and which of its rows were asked for by key. */
function groundOf(rows: Record<string, string>): SpilledRows & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    get(key) {
      asked.push(key);
      return rows[key];
    },
    *rows(from, to) {
      for (const key of Object.keys(rows).sort()) if (key >= from && key < to) yield [key, () => rows[key]];
    },
  };
}

function on(rows: Record<string, string>): { shelf: SpillMap<string>; ground: ReturnType<typeof groundOf> } {
  const ground = groundOf(rows);
  const shelf = new SpillMap<string>();
  shelf.stand(ground, [], [], Object.keys(rows).length);
  return { shelf, ground };
}

describe('a shelf on a ground', () => {
  it('finds what lies below, and asks for it once', () => {
    const { shelf, ground } = on({ a: '1', b: '2' });
    expect([shelf.get('a'), shelf.get('a'), shelf.has('a'), shelf.get('c'), shelf.has('c')]).toEqual([
      '1',
      '1',
      true,
      undefined,
      false,
    ]);
    expect(ground.asked).toEqual(['a', 'c', 'c']);
    expect(shelf.has('b')).toBe(true);
  });

  it('takes away what lies below for good, and can put it back', () => {
    const { shelf, ground } = on({ a: '1', b: '2' });
    expect([shelf.delete('a'), shelf.delete('a'), shelf.delete('c')]).toEqual([true, false, false]);
    expect([shelf.size, shelf.get('a'), shelf.has('a'), [...shelf]]).toEqual([1, undefined, false, [['b', '2']]]);
    // Nobody looks below for what is known to be gone.
    expect(ground.asked.filter((key) => key === 'a')).toEqual(['a']);
    expect([[...shelf.changes()], shelf.over]).toEqual([[['a', null]], ['a']]);
    shelf.set('a', 'new');
    expect([shelf.size, [...shelf.values()]]).toEqual([2, ['new', '2']]);
    expect([[...shelf.changes()], shelf.over]).toEqual([[['a', 'new']], ['a']]);
  });

  it('forgets what was made since and is not below', () => {
    const { shelf } = on({ b: '2' });
    shelf.set('a', '1').set('c', '3');
    expect([shelf.size, [...shelf.keys()]]).toEqual([3, ['a', 'b', 'c']]);
    expect([shelf.delete('a'), [...shelf.changes().keys()], shelf.over]).toEqual([true, ['c'], []]);
  });

  it('stands on another ground with the changes that are left', () => {
    const { shelf } = on({ a: '1' });
    shelf.stand(groundOf({ a: '1', b: '2' }), [['b', null]], ['b', 'gone'], 1);
    expect([shelf.size, [...shelf], shelf.over]).toEqual([1, [['a', '1']], ['b']]);
    shelf.clear();
    expect([shelf.size, [...shelf], [...shelf.changes().keys()].sort()]).toEqual([0, [], ['a', 'b']]);
    shelf.stand(null, [['x', '9']], [], 1);
    expect([shelf.get('x'), shelf.get('a'), shelf.has('a'), [...shelf.rows('y')]]).toEqual(['9', undefined, false, []]);
  });

  it('reads rows between two keys by their order, whatever they are called', () => {
    const backwards: KeyOrder = {
      keyOf: (name) => [...name].reverse().join(''),
      nameOf: (key) => [...key].reverse().join(''),
    };
    const shelf = new SpillMap<string>(backwards);
    shelf.stand(groundOf({ a1: '1', a3: '3', b2: '2' }), [], [], 3);
    shelf.set('2a', 'two').set('9b', 'nine');
    expect([...shelf.rows('a')]).toEqual([
      ['1a', '1'],
      ['2a', 'two'],
      ['3a', '3'],
    ]);
    expect([...shelf.between('a2', 'b9')].map(([name]) => name)).toEqual(['2a', '3a', '2b']);
    expect([...shelf.names('b')]).toEqual(['2b', '9b']);
  });

  it('is like a map in the order of its keys, whatever is done and wherever the rows lie', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const deed = fc.oneof(
      fc.record({ do: fc.constant('set' as const), key, value: fc.constantFrom('x', 'y') }),
      fc.record({ do: fc.constantFrom('delete' as const, 'get' as const, 'has' as const), key }),
      fc.record({ do: fc.constantFrom('settle' as const, 'clear' as const), key }),
    );
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 30 }), (deeds) => {
        const map = new Map<string, string>();
        const shelf = new SpillMap<string>();
        for (const one of deeds) {
          if (one.do === 'set') {
            // Who sets a row that may be there has got it before.
            shelf.get(one.key);
            shelf.set(one.key, one.value);
            map.set(one.key, one.value);
          } else if (one.do === 'delete') expect(shelf.delete(one.key)).toBe(map.delete(one.key));
          else if (one.do === 'get') expect(shelf.get(one.key)).toBe(map.get(one.key));
          else if (one.do === 'has') expect(shelf.has(one.key)).toBe(map.has(one.key));
          else if (one.do === 'clear') {
            shelf.clear();
            map.clear();
          } else shelf.stand(groundOf(Object.fromEntries(map)), [], [], map.size);
          expect(shelf.size).toBe(map.size);
          expect([...shelf]).toEqual([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
          expect([...shelf.names()]).toEqual([...map.keys()].sort());
        }
      }),
      { numRuns: 300 },
    );
  });
});
