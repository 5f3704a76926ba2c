import { expect, it } from 'vitest';
import { SpillMap } from '../../../src/core/model/spill-map.ts';
import { byMessage, byReader, latestFirst, ofDead } from '../../../src/core/model/spill-order.ts';

it.each([
  [byMessage, ['000009-a-02', '000010-a-01', '999999-a-99', '1000000-a-01']],
  [byReader, ['human 000009-b-02', 'human 000010-a-01', 'human 1000000-a-01']],
  [ofDead, ['000009-a-02 000009-a-02', '000009-a-02 000012-b-01', '1000000-a-01 1000000-a-01']],
])('keys say their names again, and stand in the order of turns, however many digits these have', (order, names) => {
  const keys = names.map((name) => order.keyOf(name));
  expect(keys.map((key) => order.nameOf(key))).toEqual(names);
  expect([...keys].sort()).toEqual(keys);
});

it('the parts of a key have one length', () => {
  expect(byMessage.keyOf('000042-planner-01')).toBe('planner/0000000042/01');
  expect(byReader.keyOf('human 000042-planner-01')).toBe('human/0000000042/000042-planner-01');
});

it('what is no id of a message stands by itself', () => {
  expect(byMessage.nameOf(byMessage.keyOf('no id'))).toBe('no id');
  expect(byReader.nameOf(byReader.keyOf('human no-id'))).toBe('human no-id');
});

it('rows of a reader come latest first; what is no id of a message by its name', () => {
  const of = (...ids: string[]) => {
    const map = new SpillMap<number>(byReader);
    for (const [i, id] of ids.entries()) map.set(`human ${id}`, i);
    return [...latestFirst(map, 'human', 100)].map(([id]) => id);
  };
  expect(of('000001-b-01', '000003-a-01', '000003-a-02')).toEqual(['000003-a-02', '000003-a-01', '000001-b-01']);
  expect(of('a-id', 'z-id')).toEqual(['z-id', 'a-id']);
});
