import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RankedRows } from '../../../../src/core/model/maps/ranked-rows.ts';

interface Row {
  id: string;
  age: number;
}
const byAge = (a: Row, b: Row): number => a.age - b.age || (a.id < b.id ? -1 : 1);

it('rows stand by owner, by rank and then in their order, whatever came and went', () => {
  const steps = fc.array(
    fc.record({
      id: fc.nat(20),
      age: fc.nat(5),
      owner: fc.constantFrom('a', 'b'),
      rank: fc.nat(3),
      isIn: fc.boolean(),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const lanes = new RankedRows<Row>(byAge);
      const known = new Map<string, { row: Row; owner: string; rank: number }>();
      for (const { id: n, age, owner, rank, isIn } of all) {
        const id = `t${n}`;
        lanes.take(id);
        known.delete(id);
        if (!isIn) continue;
        const row = { id, age };
        lanes.put(owner, row, rank);
        known.set(id, { row, owner, rank });
      }
      for (const owner of ['a', 'b', 'nobody']) {
        const own = [...known.values()].filter((one) => one.owner === owner);
        const sorted = own.sort((x, y) => y.rank - x.rank || byAge(x.row, y.row)).map(({ row }) => row);
        expect([...lanes.of(owner)]).toEqual(sorted);
        expect(lanes.count(owner)).toBe(sorted.length);
      }
    }),
  );
});
