import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SpillMap } from '../../../../src/core/model/maps/spill-map.ts';
import { byMessage, byReader, latestFirst, ofDead } from '../../../../src/core/model/maps/spill-order.ts';
import { parseMessageId } from '../../../../src/schema/name.ts';

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

it('an id is read the same by its characters and by its pattern', () => {
  const pattern = /^(\d{6,})-([a-z][a-z0-9_-]*)-(\d{2,})$/;
  const digits = fc.stringMatching(/^\d{0,8}$/);
  const author = fc.oneof(fc.stringMatching(/^[a-z0-9_/A-Z-]{0,6}$/), fc.constant('a'), fc.constant('a-01'));
  const ids = fc.tuple(
    fc.oneof(digits, fc.stringMatching(/^\d{6}$/)),
    author,
    fc.oneof(digits, fc.stringMatching(/^\d\d$/)),
  );
  fc.assert(
    fc.property(ids, fc.constantFrom('', ' ', '-', 'é'), (parts, end) => {
      const id = parts.join('-') + end;
      const match = pattern.exec(id);
      const [, turn, name, n] = match ?? [];
      const key = match && `${name}/${String(Number(turn)).padStart(10, '0')}`;
      expect(parseMessageId(id)).toEqual(match && { turn: Number(turn), author: name, n: Number(n) });
      expect(byMessage.keyOf(id)).toBe(match ? `${key}/${String(Number(n)).padStart(2, '0')}` : `/${id}`);
      if (match) expect(byReader.keyOf(`b ${id}`)).toBe(`b/${String(Number(turn)).padStart(10, '0')}/${id}`);
    }),
    { numRuns: 2000 },
  );
});

it.each([
  '000001-a-0x',
  '000001-a-x0',
  '00000x-a-01',
  '000001a-a-01',
  '000001-A-01',
  '000001-aB-01',
  '000001-a-a01',
  '000001--01',
])('%s is no id of a message', (id) => {
  expect(parseMessageId(id)).toBe(null);
  expect(byMessage.keyOf(id)).toBe(`/${id}`);
});
